// The official OpenAI SDK for Node against a running Obrol.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

// Installed elsewhere: nothing that is installed lies in the repository.
const { default: OpenAI } = await import(createRequire(`${process.env.OBROL_SDK_NODE}/`).resolve('openai'))

const baseURL = `${process.env.OBROL_URL}/v1`
const client = new OpenAI({ baseURL, apiKey: process.env.OBROL_KEY, maxRetries: 0 })
const pixel = 'data:image/png;base64,iVBORw0KGgo='
const user = (content) => [{ role: 'user', content }]
const say = 'say.0 say.1 say.2 '
const tool = {
  type: 'function',
  function: {
    name: 'get_stock',
    parameters: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },
  },
}
const same = (what, seen, wanted) => {
  assert.deepEqual(seen, wanted, what)
  console.log(`ok ${what}`)
}

const answer = await client.chat.completions.create({ model: 'fake/m', messages: user('#say hello') })
same('chat', [answer.choices[0].message.content, answer.model, answer.usage.total_tokens], [say, 'fake/m', 10])

let text = ''
let usage
const opened = await client.chat.completions.create({
  model: 'fake/m',
  messages: user('#say hello'),
  stream: true,
  stream_options: { include_usage: true },
})
for await (const chunk of opened) {
  text += chunk.choices[0]?.delta.content ?? ''
  usage = chunk.usage ?? usage
}
same('stream', [text, usage.prompt_tokens, usage.completion_tokens], [say, 7, 3])
const gathered = await client.chat.completions.stream({ model: 'fake/m', messages: user('#say hello') }).finalContent()
same('stream: gathered', gathered, say)

const messages = user('#tools how many A1?')
const asked = await client.chat.completions.stream({ model: 'fake/m', messages, tools: [tool] }).finalMessage()
same('tools: streamed', asked.tool_calls.map((call) => call.function.arguments), ['{"sku":"A1"}', '{"sku":"B2"}'])
const whole = await client.chat.completions.create({ model: 'fake/m', messages, tools: [tool] })
same('tools', whole.choices[0].finish_reason, 'tool_calls')
const { role, content, tool_calls } = whole.choices[0].message
const results = tool_calls.map((call) => ({ role: 'tool', tool_call_id: call.id, content: '{"qty":3}' }))
const spoken = [...messages, { role, content, tool_calls }, ...results]
const second = await client.chat.completions.create({ model: 'fake/m', messages: spoken, tools: [tool] })
same('tools: round trip', second.choices[0].message.content, 'there are 3 and 3')

const image = [
  { type: 'text', text: '#image what is it?' },
  { type: 'image_url', image_url: { url: pixel } },
]
const seen = await client.chat.completions.create({ model: 'fake/m', messages: user(image) })
same('images', seen.choices[0].message.content, `an image of ${pixel.length} letters`)

const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
const city = await client.chat.completions.create({
  model: 'fake/m',
  messages: user('#json a city'),
  response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema } },
})
same('structured output', JSON.parse(city.choices[0].message.content), { name: 'Bandung', people: 3 })

// Asks for base64 by itself and gives numbers.
const made = await client.embeddings.create({ model: 'fake/m', input: ['a', 'b'] })
same('embeddings', made.data.map((one) => Array.from(one.embedding)), [[0, 0.5, -0.25], [1, 0.5, -0.25]])

const ids = []
for await (const model of client.models.list()) ids.push(model.id)
same('models', [ids.includes('fake/m'), ids.includes('route/safe')], [true, true])
same('one model', (await client.models.retrieve('fake/m')).id, 'fake/m')

const refused = async (what, kind, status, code, ask) => {
  const error = await ask().then(() => assert.fail(`${what}: no error`), (error) => error)
  assert.ok(error instanceof kind, `${what}: ${error}`)
  assert.ok(error.requestID && error.message.includes(error.requestID), `${what}: ${error.message}`)
  same(what, [error.status, error.code], [status, code])
}
const ask = (model, words, more = {}) => client.chat.completions.create({ model, messages: user(words), ...more })
const narrow = client.withOptions({ apiKey: process.env.OBROL_NARROW_KEY })
await refused('bad key', OpenAI.AuthenticationError, 401, 'invalid_api_key', () => client.withOptions({ apiKey: 'obr_wrong' }).models.list())
await refused('narrow key', OpenAI.PermissionDeniedError, 403, 'keys.scope_missing', () => narrow.embeddings.create({ model: 'fake/m', input: 'a' }))
await refused('no model', OpenAI.NotFoundError, 404, 'model_not_found', () => ask('fake/none', '#say'))
await refused('two answers', OpenAI.BadRequestError, 400, 'request.invalid', () => ask('fake/m', '#say', { n: 2 }))
await refused('busy', OpenAI.RateLimitError, 429, 'provider_rate_limited', () => ask('busy/m', '#say'))
await refused("server's key", OpenAI.InternalServerError, 502, 'provider_auth', () => ask('locked/m', '#say'))
const cut = await ask('fake/m', '#cut', { stream: true })
const broken = await (async () => {
  for await (const _ of cut);
})().then(() => assert.fail('cut stream: no error'), (error) => error)
same('cut stream', [broken instanceof OpenAI.APIError, broken.code], [true, 'provider_unavailable'])

const left = await ask('fake/m', '#slow', { stream: true })
let count = 0
for await (const _ of left) {
  count += 1
  if (count === 5) left.controller.abort()
}
console.log('ok abort a stream')
const leaving = new AbortController()
setTimeout(() => leaving.abort(), 500)
const gone = await client.chat.completions
  .create({ model: 'fake/m', messages: user('#slow') }, { signal: leaving.signal })
  .then(() => assert.fail('abort: no error'), (error) => error)
same('abort a whole answer', gone instanceof OpenAI.APIUserAbortError, true)
