import { useEffect, useRef, useState } from 'react';

const COLLECTOR = 'https://captcha.example.org';
const SITEKEY = 'YOUR-SITE-KEY';

export function Comment() {
  const captcha = useRef(null);
  const [token, setToken] = useState('');
  const [outcome, setOutcome] = useState('');

  useEffect(() => {
    if (document.querySelector(`script[src^="${COLLECTOR}/api.js"]`)) return;
    const script = document.createElement('script');
    script.src = `${COLLECTOR}/api.js?render=explicit`;
    document.head.append(script);
  }, []);

  // React 19 takes ontoken={…} on a custom element; listening works in every version.
  useEffect(() => {
    const listening = new AbortController();
    const hear = (event) => setToken(event.detail.token ?? '');
    for (const kind of ['token', 'expired']) captcha.current.addEventListener(kind, hear, listening);
    return () => listening.abort();
  }, []);

  const publish = async (event) => {
    event.preventDefault();
    // The element is a field of the form, named corvee-response.
    const body = new URLSearchParams(new FormData(event.currentTarget));
    const reply = await fetch('/comment', { method: 'POST', body });
    setOutcome(await reply.text());
    captcha.current?.reset();
    setToken('');
  };

  return (
    <form onSubmit={publish}>
      <label>Comment <textarea name="comment" /></label>
      <corvee-captcha ref={captcha} sitekey={SITEKEY} />
      <button disabled={!token}>Publish</button>
      <output>{outcome}</output>
    </form>
  );
}
