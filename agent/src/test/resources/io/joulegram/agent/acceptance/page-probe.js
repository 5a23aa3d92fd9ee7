'use strict';
// What LivePageIT asks of the page.
globalThis.probe = (() => {
  const FIGURE = /^[0-9]/;
  const tiles = () => [...document.querySelectorAll('#tiles li')].map(tile => tile.innerText.split('\n')[0]);
  const scrollable = node => {
    const style = getComputedStyle(node);
    return /auto|scroll/.test(style.overflowX + style.overflowY);
  };
  const reachable = () => [...document.querySelectorAll('body *')].filter(node => node.getClientRects().length)
    .filter(node => node.matches('a[href], button, input, select, textarea, [tabindex]') || scrollable(node));
  const label = node => node.tagName.toLowerCase() + (node.id ? '#' + node.id : '') + ' '
    + (node.getAttribute('aria-label') || node.textContent.trim()).slice(0, 40);

  // Contrast as in WCAG 2.2, section "relative luminance".
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const rgb = text => text.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  function ground(node) {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  }
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  let announcements = 0;
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(() => announcements++).observe(document.querySelector('#state'), {childList: true, characterData: true, subtree: true}));

  return {
    state: () => document.querySelector('#state').textContent,
    announcements: () => announcements,
    liveRegions: () => document.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log], [role=timer], output').length,
    shows: () => tiles().length === 5 && tiles().every(text => FIGURE.test(text)),
    tiles,
    reachable: () => reachable().map(label),
    focused: () => document.activeElement === document.body ? '' : label(document.activeElement),
    outlined: () => getComputedStyle(document.activeElement).outlineStyle !== 'none',
    unlabelledScrollAreas: () => [...document.querySelectorAll('body *')].filter(scrollable)
      .filter(node => !(node.tabIndex === 0 && node.getAttribute('role') === 'region' && node.getAttribute('aria-label'))).map(label),
    small: () => reachable().filter(node => node.tagName === 'BUTTON')
      .filter(node => node.offsetWidth < 24 || node.offsetHeight < 24).map(label),
    faint: () => {
      const found = [];
      const walker = document.createTreeWalker(document.querySelector('body'), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || node.matches('.skip, noscript, noscript *')) continue;
        const ratio = contrast(rgb(getComputedStyle(node).color), ground(node));
        if (ratio < 4.5) found.push(label(node) + ': ' + ratio.toFixed(2));
      }
      return found;
    },
    wider: () => [...document.querySelectorAll('body *')]
      .filter(node => !node.closest('.scroll, .u-wrap, .skip') && node.getBoundingClientRect().right > innerWidth + 1).map(label),
    ground: () => getComputedStyle(document.body).backgroundColor,
    // How many pictures a chart shows in a time; no longer than until it has shown enough of them.
    pictures: async (id, millis, enough) => {
      const seen = new Set();
      for (const end = performance.now() + millis; performance.now() < end && seen.size < enough;) {
        seen.add(document.querySelector('#' + id + ' canvas').toDataURL());
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      return seen.size;
    },
  };
})();
