"""A number of people as it is shown: never the number itself."""

import strawberry


@strawberry.type(description="A number of people as a range.")
class CountBand:
    from_: int = strawberry.field(name="from", description="So many at least.")
    to: int | None = strawberry.field(description="So many at most; null: or more.")
