/** Where the errands begin in the bundled agent; made of two pieces so that this line is not the mark. */
export const errandsMark = ['beanpole', 'errands', ''].join(':');
