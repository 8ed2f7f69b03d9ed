"""LangChain's client for OpenAI against a running Obrol."""

import openai
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

from proof import BASE_URL, KEY, PIXEL, holds, same

model = ChatOpenAI(model="fake/m", base_url=BASE_URL, api_key=KEY, max_retries=0, temperature=0.2)


@tool
def get_stock(sku: str) -> str:
    """How many are there."""
    return '{"qty":3}'


class City(BaseModel):
    """A city."""

    name: str
    people: int


answer = model.invoke([SystemMessage("Be brief."), HumanMessage("#say hello")])
same("invoke", answer.content, "say.0 say.1 say.2 ")
same("invoke: usage", (answer.usage_metadata["input_tokens"], answer.usage_metadata["output_tokens"]), (7, 3))

pieces = list(model.stream("#say hello", stream_usage=True))
same("stream", "".join(piece.content for piece in pieces), "say.0 say.1 say.2 ")
used = [piece.usage_metadata for piece in pieces if piece.usage_metadata]
same("stream: usage", (used[-1]["input_tokens"], used[-1]["output_tokens"]), (7, 3))

spoken = [HumanMessage("#tools how many A1?")]
with_tools = model.bind_tools([get_stock])
called = with_tools.invoke(spoken)
same("tools", [(call["name"], call["args"]) for call in called.tool_calls], [("get_stock", {"sku": "A1"}), ("get_stock", {"sku": "B2"})])
spoken.append(called)
spoken += [ToolMessage(get_stock.invoke(call["args"]), tool_call_id=call["id"]) for call in called.tool_calls]
same("tools: round trip", with_tools.invoke(spoken).content, "there are 3 and 3")

image = HumanMessage([{"type": "text", "text": "#image what is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}])
same("images", model.invoke([image]).content, f"an image of {len(PIXEL)} letters")

city = model.with_structured_output(City, method="json_schema").invoke("#json a city")
same("structured output", city, City(name="Bandung", people=3))

vectors = OpenAIEmbeddings(model="fake/m", base_url=BASE_URL, api_key=KEY, check_embedding_ctx_length=False)
same("embeddings", vectors.embed_documents(["a", "b"]), [[0.0, 0.5, -0.25], [1.0, 0.5, -0.25]])

try:
    model.invoke("#long")
except openai.BadRequestError as error:
    holds("too long", error.code == "context_length_exceeded", error.code)
else:
    raise SystemExit("too long: no error")
