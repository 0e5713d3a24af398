// A React page in StrictMode, which mounts every component twice. Knows no component.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { offer, place } from './client.js';

/** Offers the component; `reset` is what its documentation says. */
export function offerReact(component, reset) {
  let root;
  offer({
    mount() {
      root = createRoot(place);
      root.render(<StrictMode>{component}</StrictMode>);
    },
    unmount: () => root.unmount(),
    reset,
  });
}
