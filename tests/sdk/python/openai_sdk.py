"""The official OpenAI SDK for Python against a running Obrol."""

import asyncio

import openai
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from proof import BASE_URL, KEY, NARROW_KEY, PIXEL, TOOL, holds, same

client = OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0)


def user(text):
    return [{"role": "user", "content": text}]


def chat():
    answer = client.chat.completions.create(model="fake/m", messages=user("#say hello"))
    same("chat", answer.choices[0].message.content, "say.0 say.1 say.2 ")
    same("chat: who spoke", answer.model, "fake/m")
    same("chat: end", answer.choices[0].finish_reason, "stop")
    same("chat: usage", (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens), (7, 3, 10))
    raw = client.chat.completions.with_raw_response.create(model="route/safe", messages=user("#say hello"))
    same("route: who spoke", (raw.headers["x-obrol-model"], raw.parse().model), ("fake/m", "fake/m"))
    holds("request id", raw.headers["x-request-id"])


def stream():
    opened = client.chat.completions.create(
        model="fake/m", messages=user("#say hello"), stream=True, stream_options={"include_usage": True}
    )
    text, usage, finish = "", None, None
    for chunk in opened:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
        usage = chunk.usage or usage
    same("stream", (text, finish), ("say.0 say.1 say.2 ", "stop"))
    same("stream: usage", (usage.prompt_tokens, usage.completion_tokens), (7, 3))
    with client.chat.completions.stream(model="fake/m", messages=user("#say hello")) as gathered:
        same("stream: gathered", gathered.get_final_completion().choices[0].message.content, "say.0 say.1 say.2 ")


def tools():
    messages = user("#tools how many A1?")
    for streamed in (False, True):
        if streamed:
            with client.chat.completions.stream(model="fake/m", messages=messages, tools=[TOOL]) as gathered:
                first = gathered.get_final_completion()
        else:
            first = client.chat.completions.create(model="fake/m", messages=messages, tools=[TOOL], tool_choice="auto")
        same(f"tools {streamed}: end", first.choices[0].finish_reason, "tool_calls")
        calls = first.choices[0].message.tool_calls
        same(f"tools {streamed}: calls", [call.function.name for call in calls], ["get_stock", "get_stock"])
        same(f"tools {streamed}: arguments", [call.function.arguments for call in calls], ['{"sku":"A1"}', '{"sku":"B2"}'])
    spoken = messages + [first.choices[0].message.model_dump(exclude_none=True)]
    spoken += [{"role": "tool", "tool_call_id": call.id, "content": '{"qty":3}'} for call in calls]
    second = client.chat.completions.create(model="fake/m", messages=spoken, tools=[TOOL])
    same("tools: round trip", second.choices[0].message.content, "there are 3 and 3")


def images():
    content = [{"type": "text", "text": "#image what is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    answer = client.chat.completions.create(model="fake/m", messages=user(content))
    same("images", answer.choices[0].message.content, f"an image of {len(PIXEL)} letters")


class City(BaseModel):
    name: str
    people: int


def structured():
    parsed = client.chat.completions.parse(model="fake/m", messages=user("#json a city"), response_format=City)
    same("structured output", parsed.choices[0].message.parsed, City(name="Bandung", people=3))
    answer = client.chat.completions.create(
        model="fake/m", messages=user("#json a city"), response_format={"type": "json_object"}
    )
    same("json", City.model_validate_json(answer.choices[0].message.content).people, 3)


def embeddings():
    made = client.embeddings.create(model="fake/m", input=["a", "b"])
    same("embeddings", [one.embedding for one in made.data], [[0.0, 0.5, -0.25], [1.0, 0.5, -0.25]])
    same("embeddings: usage", made.usage.prompt_tokens, 4)
    made = client.embeddings.create(model="fake/m", input="a", encoding_format="float", dimensions=2)
    same("embeddings: float", made.data[0].embedding, [0.0, 0.5])


def models():
    ids = [model.id for model in client.models.list()]
    holds("models", "fake/m" in ids and "route/safe" in ids, ids)
    same("one model", client.models.retrieve("fake/m").owned_by, "fake")


def refused(what, kind, status, code, ask):
    try:
        ask()
    except openai.APIStatusError as error:
        same(f"{what}: class", type(error), kind)
        same(f"{what}: status and code", (error.status_code, error.code), (status, code))
        holds(f"{what}: request id", error.request_id and error.request_id in error.message, error.message)
        return
    raise SystemExit(f"{what}: no error")


def errors():
    ask = client.chat.completions.create
    hello = user("#say hello")
    wrong = client.with_options(api_key="obr_wrong")
    narrow = client.with_options(api_key=NARROW_KEY)
    refused("bad key", openai.AuthenticationError, 401, "invalid_api_key", lambda: wrong.models.list())
    refused("narrow key", openai.PermissionDeniedError, 403, "keys.scope_missing", lambda: narrow.embeddings.create(model="fake/m", input="a"))
    refused("no model", openai.NotFoundError, 404, "model_not_found", lambda: ask(model="fake/none", messages=hello))
    refused("no model", openai.NotFoundError, 404, "model_not_found", lambda: client.models.retrieve("fake/none"))
    refused("two answers", openai.BadRequestError, 400, "request.invalid", lambda: ask(model="fake/m", messages=hello, n=2))
    refused("too long", openai.BadRequestError, 400, "context_length_exceeded", lambda: ask(model="fake/m", messages=user("#long")))
    refused("busy", openai.RateLimitError, 429, "provider_rate_limited", lambda: ask(model="busy/m", messages=hello))
    refused("server's key", openai.InternalServerError, 502, "provider_auth", lambda: ask(model="locked/m", messages=hello))
    try:
        list(ask(model="fake/m", messages=user("#cut"), stream=True))
    except openai.APIError as error:
        same("cut stream", (error.code, error.type), ("provider_unavailable", "service_unavailable_error"))
    else:
        raise SystemExit("cut stream: no error")


def abort():
    opened = client.chat.completions.create(model="fake/m", messages=user("#slow"), stream=True)
    for number, _ in enumerate(opened):
        if number == 5:
            opened.close()
            break
    print("ok abort a stream")


async def abort_whole():
    async with AsyncOpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0) as other:
        asked = asyncio.create_task(other.chat.completions.create(model="fake/m", messages=user("#slow")))
        await asyncio.sleep(0.5)
        asked.cancel()
        try:
            await asked
        except asyncio.CancelledError:
            print("ok abort a whole answer")


for proof in (chat, stream, tools, images, structured, embeddings, models, errors, abort):
    proof()
asyncio.run(abort_whole())
