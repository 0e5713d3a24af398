// A Vue page. Knows no component.
import { createApp, h } from 'vue';
import { offer, place } from './client.js';

/** Offers the component with these properties; `reset` is given its instance. */
export function offerVue(component, properties, reset) {
  let application;
  let instance;
  offer({
    mount() {
      application = createApp({ render: () => h(component, { ...properties, ref: (mounted) => (instance = mounted) }) });
      application.mount(place);
    },
    unmount: () => application.unmount(),
    reset: () => reset(instance),
  });
}
