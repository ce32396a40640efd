from embedded.model.recording import Recording


def test_the_newest_records_are_kept_within_the_bound() -> None:
    recording = Recording(capacity=100)
    for number in range(1, 6):
        recording.add("m", [{"role": "user", "content": f"text {number}"}], "reply", {}, size=40)
    assert [record["number"] for record in recording.find("")] == [4, 5]
    assert recording.find("text 1") == []


def test_a_record_larger_than_the_bound_is_kept_until_the_next_one() -> None:
    recording = Recording(capacity=100)
    recording.add("m", [{"role": "user", "content": "text"}], "reply", {}, size=1000)
    assert len(recording.find("")) == 1
    recording.add("m", [{"role": "user", "content": "text"}], "reply", {}, size=10)
    assert [record["number"] for record in recording.find("")] == [2]
