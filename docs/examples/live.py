"""Read a pump over its USB link, as in a notebook: run it, or copy it cell by cell.

Needs one pump that is plugged in, or an emulated one: manostat emulate. It sends nothing that
changes the pump. Not a certified medical device.
"""

# %% Open the link: the only pump that is there. With several, name one: connect("M-017").
import asyncio
import itertools

from manostat_tools.link import LinkError, TickFrame, connect

pump = connect()
print("state:", pump.state().name)

# %% Who it is and what is stored in it. Answered at rest: a LinkError says so while it moves.
try:
    hello, settings = pump.hello(), pump.settings()
    print("self test:", hello.words, "| stored unit:", settings.unit or "none")
except LinkError as not_now:
    print(not_now)

# %% A hundred ticks, one every 2 ms, as numbers.
with pump.subscribe(only_frames=True) as ticks:
    frames = list(itertools.islice(ticks, 100))
pressures_kpa = [frame.pressure_pa / 1000 for frame in frames]
print(f"{len(frames)} ticks, {min(pressures_kpa):.1f} to {max(pressures_kpa):.1f} kPa")


# %% The same under asyncio, beside something else. A notebook takes: await watch()
async def watch() -> None:
    """Ticks as they come; what waits elsewhere goes to a thread."""
    with pump.subscribe() as ticks:
        asking = asyncio.create_task(asyncio.to_thread(pump.state))
        count = 0
        async for item in ticks:
            if isinstance(item, TickFrame):
                count += 1
            else:
                print("the link:", item)
            if count == 100:
                break
        print(f"{count} ticks; meanwhile asked: {(await asking).name}")


asyncio.run(watch())

# %% The records, as pages of 256 bytes: `manostat pull` stores them.
try:
    print(f"journal: {len(pump.records(patience_s=10)) // 256} pages")
except LinkError as not_now:
    print(not_now)

# %% Give the port back.
pump.close()
