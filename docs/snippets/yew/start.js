import begin from './yew_site.js';

begin({ module_or_path: '/yew_site_bg.wasm' });
