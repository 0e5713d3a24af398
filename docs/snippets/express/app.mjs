import express from 'express';

const COLLECTOR = process.env.CORVEE_COLLECTOR ?? 'https://captcha.example.org';
const SITEKEY = process.env.CORVEE_SITEKEY ?? 'YOUR-SITE-KEY';
const SECRET = process.env.CORVEE_SECRET ?? 'YOUR-SECRET';

const isHuman = async (form) => {
  const body = new URLSearchParams({ secret: SECRET, response: form['corvee-response'] ?? '' });
  const reply = await fetch(`${COLLECTOR}/siteverify`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
  return (await reply.json()).success;
};

const app = express();
app.use(express.urlencoded({ extended: false }));

app.get('/', (_request, response) => {
  response.send(`<!doctype html>
<title>A comment</title>
<script src="${COLLECTOR}/api.js" async defer></script>
<form method="post" action="/comment">
  <label>Comment <textarea name="comment"></textarea></label>
  <div class="corvee" data-sitekey="${SITEKEY}"></div>
  <button>Publish</button>
</form>`);
});

// Express 5 hands what is thrown here to its error handler; in Express 4 catch it yourself.
app.post('/comment', async (request, response) => {
  if (!(await isHuman(request.body))) return response.status(403).send('Please pass the check first.');
  response.send('Published.');
});

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
