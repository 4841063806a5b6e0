from tests.campaign import soak


def test_thirty_groups_end_as_they_say_though_workers_and_the_server_are_killed() -> None:
    cells = list(soak.run(seed=1, groups=30, strikes=3))

    assert [(cell.verdict, cell.note) for cell in cells if cell.verdict != "held"] == []
    assert len(cells) == 1
