/*
 * speeds: how a new measurement weighs against those before.
 */
#include "transport/protocol/speeds.h"

#include <string.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"
#include "transport/line/network.h"

#define KEY_LEN 16u
#define VALUE_LEN 40u
#define DAY 86400u

static const vv_kept_form form = {.mark = "VVSPED\x01\n",
				  .key_len = KEY_LEN,
				  .value_len = VALUE_LEN,
				  .max = VV_SPEEDS_MAX};

/* The value: five numbers of 8 bytes, in this order. */
typedef struct line {
	uint64_t latency_ms, rate, seen, failed, silent;
} line;

struct vv_speeds {
	char *path;
	uint64_t secret, network, now;
	vv_kept *kept;
};

uint64_t vv_speed_source(const char *url)
{
	uint64_t n = vv_xxh3(url, strlen(url), 0);
	return n ? n : 1;
}

static void put_key(uint8_t key[KEY_LEN], const vv_speeds *s, uint64_t source)
{
	vv_put_le64(key, s->network);
	vv_put_le64(key + 8, vv_xxh3(&source, sizeof(source), s->secret));
}

/* Entries that are too old, or from a clock that was ahead, count as unknown. */
static line find_entry(const vv_speeds *s, uint64_t source)
{
	uint8_t key[KEY_LEN];

	put_key(key, s, source);
	const uint8_t *p = vv_kept_get(s->kept, key);
	if (!p) return (line){0};
	const line l = {.latency_ms = vv_get_le64(p),
			.rate = vv_get_le64(p + 8),
			.seen = vv_get_le64(p + 16),
			.failed = vv_get_le64(p + 24),
			.silent = vv_get_le64(p + 32)};
	bool holds = l.seen <= s->now && s->now - l.seen <= (uint64_t)VV_SPEEDS_DAYS * DAY &&
		     l.failed <= s->now && l.silent <= s->now;
	return holds ? l : (line){0};
}

/* At once, so that what another process wrote meanwhile stays. */
static void note_speed(vv_speeds *s, uint64_t source, const line *l)
{
	uint8_t key[KEY_LEN], value[VALUE_LEN];
	vv_kept *now;

	put_key(key, s, source);
	vv_put_le64(value, l->latency_ms);
	vv_put_le64(value + 8, l->rate);
	vv_put_le64(value + 16, s->now);
	vv_put_le64(value + 24, l->failed);
	vv_put_le64(value + 32, l->silent);
	if (vv_kept_open(&now, s->path, &form, s->secret, VV_IGNORED) == VV_OK) {
		vv_kept_close(s->kept);
		s->kept = now;
	}
	if (vv_kept_put(s->kept, key, value, VV_IGNORED) == VV_OK) {
		(void)vv_kept_save(s->kept, VV_IGNORED);
	}
}

static bool is_lately(const vv_speeds *s, uint64_t when)
{
	return when > 0 && s->now - when < VV_SPEED_FAILED_SEC;
}

vv_speed vv_speeds_of(const vv_speeds *s, uint64_t source)
{
	const line l = find_entry(s, source);

	return l.seen == 0 ? (vv_speed){.seen = 0}
			   : (vv_speed){.latency_ms = l.latency_ms,
					.rate = l.rate,
					.seen = l.seen,
					.failed = is_lately(s, l.failed),
					.silent = is_lately(s, l.silent),
					.silent_sec = s->now - l.silent};
}

/* A quarter of the new one; rounded so that it gets there. */
static uint64_t weigh_speed(uint64_t old, uint64_t is)
{
	return is > old ? old + (is - old + 3) / 4 : old - (old - is + 3) / 4;
}

void vv_speeds_note(vv_speeds *s, uint64_t source, uint64_t latency_ms, uint64_t rate)
{
	const line old = find_entry(s, source);
	/* one of whom nothing but failures is known has no rate */
	bool known = old.rate > 0;

	line now = {.latency_ms = latency_ms, .rate = rate};

	if (known) {
		now.latency_ms = weigh_speed(old.latency_ms, latency_ms);
		now.rate = rate > 0 ? weigh_speed(old.rate, rate) : old.rate;
	}
	note_speed(s, source, &now);
}

void vv_speeds_note_failure(vv_speeds *s, uint64_t source)
{
	line l = find_entry(s, source);

	l.failed = s->now;
	l.silent = 0;
	note_speed(s, source, &l);
}

void vv_speeds_note_silence(vv_speeds *s, uint64_t source)
{
	line l = find_entry(s, source);

	l.failed = l.silent = s->now;
	note_speed(s, source, &l);
}

void vv_speeds_note_answer(vv_speeds *s, uint64_t source)
{
	line l = find_entry(s, source);

	if (is_lately(s, l.silent)) {
		l.silent = 0;
		note_speed(s, source, &l);
	}
}

vv_status vv_speeds_open(vv_speeds **out, vv_repository *r, const char *tables, vv_error *err)
{
	vv_auto(vv_speeds) *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	*out = NULL;
	if (!s || !(s->path = vv_path_join(vv_repository_varvedir(r), "cache", "speeds", NULL))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_repository_secret(r, &s->secret, err)) < 0 ||
	    (rc = vv_kept_open(&s->kept, s->path, &form, s->secret, err)) < 0) {
		return rc;
	}
	s->network = vv_network_id(tables, s->secret);
	s->now = (uint64_t)vv_now_sec();
	return vv_hand_over(out, &s);
}

void vv_speeds_close(vv_speeds *s)
{
	if (s) {
		vv_kept_close(s->kept);
		vv_free_all(s->path, s);
	}
}
