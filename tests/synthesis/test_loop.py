"""Which problems are in the making at once."""

import asyncio

from codegen.model.builtin import BuiltinTeacher


class FirstIsSlow(BuiltinTeacher):
    """A teacher whose very first answer comes only when so many others have been asked for."""

    def __init__(self, others):
        super().__init__()
        self.others = others
        self.asked = 0
        self.enough = asyncio.Event()

    async def complete(self, request):
        if request.purpose == "problem":
            self.asked += 1
            if self.asked > self.others:
                self.enough.set()
            if self.asked == 1:
                await self.enough.wait()
        return await super().complete(request)


async def test_problems_that_wait_for_an_earlier_one_leave_their_place_to_others(synthesize):
    teacher = FirstIsSlow(others=3)
    records, _ = await asyncio.wait_for(synthesize(teacher, limit=4, concurrency=2), 60)
    assert [record.index for record in records] == [0, 1, 2, 3]
