"""UUIDv7: time first, then chance."""

from tocsin.core.ids import uuid7


def test_identifiers_are_version_7_and_sort_by_time() -> None:
    made = [uuid7() for _ in range(2000)]
    assert {each.version for each in made} == {7}
    assert {each.variant for each in made} == {"specified in RFC 4122"}
    assert len(set(made)) == 2000
    millis = [each.int >> 80 for each in made]
    assert millis == sorted(millis)
