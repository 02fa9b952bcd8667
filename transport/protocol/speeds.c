/*
 * speeds: the file, and how a new measurement weighs against those before.
 */
#include "transport/protocol/speeds.h"

#include <string.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"
#include "transport/line/network.h"

#define MARK "VVSPED\x01\n"
#define LINE_LEN 56u /* seven numbers of 8 bytes, in the order of line */
#define DAY 86400u

typedef struct line {
	uint64_t network, source, latency_ms, rate, seen, failed, silent;
	bool noted; /* in this run */
} line;

typedef struct table {
	line lines[VV_SPEEDS_MAX];
	size_t count;
} table;

struct vv_speeds {
	char *path;
	uint64_t secret, network, now;
	bool noted;
	table t;
};

uint64_t vv_speed_source(const char *url)
{
	uint64_t n = vv_xxh3(url, strlen(url), 0);
	return n ? n : 1;
}

/* --- the file ----------------------------------------------------------------------------------- */

/* Lines that are too old, or of a clock that was ahead, are left out. */
static void read_table(const vv_speeds *s, table *out)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	out->count = 0;
	(void)vv_derived_read(&b, s->path, MARK, s->secret,
			      VV_DERIVED_FRAME + VV_SPEEDS_MAX * LINE_LEN, VV_IGNORED);
	for (size_t at = 0; at + LINE_LEN <= b.len; at += LINE_LEN) {
		const uint8_t *p = (const uint8_t *)b.data + at;
		const line l = {.network = vv_get_le64(p),
				.source = vv_get_le64(p + 8),
				.latency_ms = vv_get_le64(p + 16),
				.rate = vv_get_le64(p + 24),
				.seen = vv_get_le64(p + 32),
				.failed = vv_get_le64(p + 40),
				.silent = vv_get_le64(p + 48)};

		if (l.seen <= s->now && s->now - l.seen <= (uint64_t)VV_SPEEDS_DAYS * DAY &&
		    l.failed <= s->now && l.silent <= s->now) {
			out->lines[out->count++] = l;
		}
	}
}

static void write_table(const vv_speeds *s, const table *t)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_derived_begin(&b, MARK);
	for (size_t i = 0; i < t->count; i++) {
		const line *l = &t->lines[i];
		const uint64_t numbers[] = {l->network, l->source, l->latency_ms, l->rate,
					    l->seen,    l->failed, l->silent};

		for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++) {
			uint8_t le[8];

			vv_put_le64(le, numbers[n]);
			vv_buf_put(&b, le, sizeof(le));
		}
	}
	(void)vv_derived_write(&b, s->path, s->secret, VV_IGNORED);
}

/* --- lines ---------------------------------------------------------------------------------------- */

static line *find(table *t, uint64_t network, uint64_t source)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->lines[i].network == network && t->lines[i].source == source) {
			return &t->lines[i];
		}
	}
	return NULL;
}

/* Puts the line first; the one that was seen least lately goes where there is no room. */
static void put_first(table *t, const line *l)
{
	line *old = find(t, l->network, l->source);
	size_t before = old                        ? (size_t)(old - t->lines)
			: t->count < VV_SPEEDS_MAX ? t->count++
						   : VV_SPEEDS_MAX - 1;

	memmove(t->lines + 1, t->lines, before * sizeof(*t->lines));
	t->lines[0] = *l;
}

static uint64_t keyed(const vv_speeds *s, uint64_t source)
{
	return vv_xxh3(&source, sizeof(source), s->secret);
}

static line *noted(vv_speeds *s, uint64_t source)
{
	const line fresh = {.network = s->network, .source = keyed(s, source)};
	const line *old = find(&s->t, fresh.network, fresh.source);

	const line now = old ? *old : fresh;
	put_first(&s->t, &now);
	s->t.lines[0].noted = s->noted = true;
	s->t.lines[0].seen = s->now;
	return &s->t.lines[0];
}

static bool is_lately(const vv_speeds *s, uint64_t when)
{
	return when > 0 && s->now - when < VV_SPEED_FAILED_SEC;
}

vv_speed vv_speeds_of(const vv_speeds *s, uint64_t source)
{
	vv_speed out = {.seen = 0};
	uint64_t key = keyed(s, source);

	for (size_t i = 0; i < s->t.count; i++) {
		const line *l = &s->t.lines[i];
		if (l->network == s->network && l->source == key) {
			out = (vv_speed){.latency_ms = l->latency_ms,
					 .rate = l->rate,
					 .seen = l->seen,
					 .failed = is_lately(s, l->failed),
					 .silent = is_lately(s, l->silent),
					 .silent_sec = s->now - l->silent};
		}
	}
	return out;
}

/* A quarter of the new one; rounded so that it gets there. */
static uint64_t weigh(uint64_t old, uint64_t is)
{
	return is > old ? old + (is - old + 3) / 4 : old - (old - is + 3) / 4;
}

void vv_speeds_note(vv_speeds *s, uint64_t source, uint64_t latency_ms, uint64_t rate)
{
	line *l = noted(s, source);
	/* one of whom nothing but failures is known has no rate */
	bool known = l->rate > 0;

	l->latency_ms = known ? weigh(l->latency_ms, latency_ms) : latency_ms;
	l->rate = !known ? rate : rate > 0 ? weigh(l->rate, rate) : l->rate;
	l->failed = l->silent = 0;
}

void vv_speeds_note_failure(vv_speeds *s, uint64_t source)
{
	line *l = noted(s, source);

	l->failed = s->now;
	l->silent = 0;
}

void vv_speeds_note_silence(vv_speeds *s, uint64_t source)
{
	line *l = noted(s, source);

	l->failed = l->silent = s->now;
}

void vv_speeds_note_answer(vv_speeds *s, uint64_t source)
{
	if (vv_speeds_of(s, source).silent) {
		noted(s, source)->silent = 0;
	}
}

/* --- open and close --------------------------------------------------------------------------------- */

vv_status vv_speeds_open(vv_speeds **out, vv_repository *r, const char *tables, vv_error *err)
{
	vv_speeds *s = vv_calloc(1, sizeof(*s));
	int64_t now;
	uint32_t nsec;
	vv_status rc;

	*out = s;
	if (!s || !(s->path = vv_path_join(vv_repository_varvedir(r), "cache", "speeds", NULL))) {
		vv_free(s);
		*out = NULL;
		return vv_fail_nomem(err);
	}
	if ((rc = vv_repository_secret(r, &s->secret, err)) < 0) {
		vv_speeds_close(s);
		*out = NULL;
		return rc;
	}
	s->network = vv_network_id(tables, s->secret);
	vv_now(&now, &nsec);
	s->now = now > 0 ? (uint64_t)now : 0;
	read_table(s, &s->t);
	return VV_OK;
}

/* What another process has written since it was read stays. */
static void save(const vv_speeds *s)
{
	vv_auto_free table *t = vv_malloc(sizeof(*t));

	if (t) {
		read_table(s, t);
		for (size_t i = s->t.count; i > 0; i--) {
			if (s->t.lines[i - 1].noted) {
				put_first(t, &s->t.lines[i - 1]);
			}
		}
		write_table(s, t);
	}
}

void vv_speeds_close(vv_speeds *s)
{
	if (s) {
		if (s->noted) {
			save(s);
		}
		vv_free(s->path);
		vv_free(s);
	}
}
