// A frame that was refused tells the page why, so that its callbacks need not wait. Knows nothing but the code.
const { code } = document.documentElement.dataset;
// Whoever shows the frame may know: the sentence in it says no more.
if (parent !== window && code) parent.postMessage({ corvee: 1, kind: 'error', code }, '*');
