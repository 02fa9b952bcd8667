/*
 * pulse: measures how long the line was silent and the work made no progress.
 */
#include "transport/protocol/pulse.h"

#include "base/sys.h"
#include "base/thread.h"
#include "base/threads/ring.h"
#include "transport/protocol/frame.h"

struct vv_pulse {
	vv_channel *line;
	const atomic_uint_fast64_t *done;
	unsigned every_ms;
	uint64_t stall_ms;
	vv_ring *clock; /* never written: waiting on it is the pause */
	vv_worker *worker;
};

static uint64_t bytes_sent(vv_channel *line)
{
	vv_channel_lock(line);
	vv_channel_stats stats = vv_channel_stats_get(line);
	vv_channel_unlock(line);
	return stats.bytes_out;
}

/* False: the other side has hung up. */
static bool give_sign(vv_channel *line)
{
	bool heard = vv_frame_write(line, VV_FRAME_TEXT, NULL, 0, VV_IGNORED) == VV_OK;

	vv_channel_lock(line);
	heard = heard && vv_channel_flush(line, VV_IGNORED) == VV_OK;
	vv_channel_unlock(line);
	return heard;
}

static void send_pulses(void *payload)
{
	vv_pulse *p = payload;
	uint64_t done = atomic_load(p->done), bytes = bytes_sent(p->line),
		 moved = vv_monotonic_ms();
	char none;

	for (;;) {
		(void)vv_ring_read(p->clock, &none, 1, p->every_ms, NULL);
		if (vv_ring_stopped(p->clock)) return;
		uint64_t now = vv_monotonic_ms(), done_now = atomic_load(p->done);
		uint64_t bytes_now = bytes_sent(p->line);
		if (done_now != done || bytes_now != bytes) {
			moved = now;
			done = done_now;
		}
		if (bytes_now == bytes && (now - moved > p->stall_ms || !give_sign(p->line))) {
			return;
		}
		bytes = bytes_sent(p->line);
	}
}

vv_pulse *vv_pulse_start(vv_channel *line, const atomic_uint_fast64_t *done, unsigned every_ms,
			 uint64_t stall_ms)
{
	vv_auto_free vv_pulse *p = every_ms > 0 ? vv_calloc(1, sizeof(*p)) : NULL;

	if (!p) return NULL;
	*p = (vv_pulse){
		.line = line,
		.done = done,
		.every_ms = every_ms,
		.stall_ms = stall_ms > 0 ? stall_ms : VV_PULSE_STALL_SEC * 1000,
		.clock = vv_ring_new(1),
	};
	p->worker = p->clock ? vv_worker_start(send_pulses, p) : NULL;
	if (!p->worker) {
		vv_ring_free(p->clock);
		return NULL;
	}
	return vv_take(&p);
}

void vv_pulse_stop(vv_pulse *p)
{
	if (p) {
		vv_ring_stop(p->clock);
		vv_worker_join(p->worker);
		vv_ring_free(p->clock);
		vv_free(p);
	}
}
