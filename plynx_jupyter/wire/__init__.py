"""The REST contract: pydantic models of what goes in and out, and the OpenAPI document made of them."""
