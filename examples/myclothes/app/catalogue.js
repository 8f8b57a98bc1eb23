/** What the shop sells. Prices in cents. */
export const catalogue = [
  { id: 'shirt', name: 'Linen shirt', price: 5900, colour: '#d9c9a3' },
  { id: 'jumper', name: 'Wool jumper', price: 8900, colour: '#47627f' },
  { id: 'trousers', name: 'Canvas trousers', price: 7900, colour: '#6b7f5a' },
  { id: 'coat', name: 'Rain coat', price: 14900, colour: '#c8a13a' },
  { id: 'scarf', name: 'Long scarf', price: 3900, colour: '#9c4a3c' },
  { id: 'socks', name: 'Thick socks', price: 1200, colour: '#70618a' },
];

export const pieceOf = (id) => catalogue.find((piece) => piece.id === id);
