/*
 * speeds: knows the file, and how a new measurement weighs against those before.
 */
#include "transport/protocol/speeds.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/line/network.h"

#define FIRST_LINE "varve speeds 1\n"
#define HEX 16u
#define FILE_MAX 65536u
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

static bool take_hex(const char **p, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < HEX; i++) {
		char c = (*p)[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
		*out = *out << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*p += HEX;
	return true;
}

/* After a blank, in its one form. */
static bool take_number(const char **p, uint64_t *out)
{
	size_t n;

	if (**p != ' ') return false;
	n = strspn(++*p, "0123456789");
	if (n == 0 || (n > 1 && **p == '0') || !vv_parse_u64(out, *p, n)) return false;
	*p += n;
	return true;
}

static bool take_line(const char **p, line *out)
{
	memset(out, 0, sizeof(*out));
	if (!take_hex(p, &out->network) || *(*p)++ != ' ' || !take_hex(p, &out->source) ||
	    !take_number(p, &out->latency_ms) || !take_number(p, &out->rate) ||
	    !take_number(p, &out->seen) || !take_number(p, &out->failed) ||
	    !take_number(p, &out->silent) || **p != '\n') {
		return false;
	}
	++*p;
	return true;
}

/* Lines that are too old, or of a clock that was ahead, are left out. False: it is no such file. */
static bool parse(table *out, const char *text, size_t len, uint64_t secret, uint64_t now)
{
	const size_t head = sizeof(FIRST_LINE) - 1;
	const char *p = text + head, *sum = text + len - HEX - 1;
	uint64_t is;
	line l;

	out->count = 0;
	if (len < head + HEX + 1 || memcmp(text, FIRST_LINE, head) != 0 || text[len - 1] != '\n' ||
	    memchr(text, '\0', len)) {
		return false;
	}
	while (p < sum) {
		if (!take_line(&p, &l) || p > sum || out->count == VV_SPEEDS_MAX) return false;
		if (l.seen <= now && now - l.seen <= (uint64_t)VV_SPEEDS_DAYS * DAY &&
		    l.failed <= now && l.silent <= now) {
			out->lines[out->count++] = l;
		}
	}
	return take_hex(&p, &is) && is == vv_xxh3(text, (size_t)(sum - text), secret);
}

static void read_table(const vv_speeds *s, table *out)
{
	vv_buf text = VV_BUF_INIT;
	vv_error ignored;

	if (vv_read_file(&text, s->path, FILE_MAX, &ignored) < 0 ||
	    !parse(out, vv_buf_cstr(&text), text.len, s->secret, s->now)) {
		out->count = 0;
	}
	vv_buf_clear(&text);
}

static void put_line(vv_buf *out, const line *l)
{
	vv_buf_printf(out, "%016llx %016llx %llu %llu %llu %llu %llu\n",
		      (unsigned long long)l->network, (unsigned long long)l->source,
		      (unsigned long long)l->latency_ms, (unsigned long long)l->rate,
		      (unsigned long long)l->seen, (unsigned long long)l->failed,
		      (unsigned long long)l->silent);
}

static void write_table(const vv_speeds *s, const table *t)
{
	vv_buf text = VV_BUF_INIT;
	vv_error ignored;

	vv_buf_puts(&text, FIRST_LINE);
	for (size_t i = 0; i < t->count; i++) {
		put_line(&text, &t->lines[i]);
	}
	vv_buf_printf(&text, "%016llx\n",
		      (unsigned long long)vv_xxh3(vv_buf_cstr(&text), text.len, s->secret));
	if (vv_buf_ok(&text, &ignored) == VV_OK && vv_mkdirs_above(s->path, &ignored) == VV_OK) {
		(void)vv_write_file(s->path, text.data, text.len, false, &ignored);
	}
	vv_buf_clear(&text);
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

vv_status vv_speeds_open(vv_speeds **out, vv_repository *r, vv_error *err)
{
	vv_speeds *s = vv_calloc(1, sizeof(*s));
	char *called = NULL;
	int64_t now;
	uint32_t nsec;
	vv_error unset;
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
	(void)vv_config_string(r, "varve.network", &called, &unset);
	s->network = vv_network_id(VV_NETWORK_TABLES, called, s->secret);
	vv_free(called);
	vv_now(&now, &nsec);
	s->now = now > 0 ? (uint64_t)now : 0;
	read_table(s, &s->t);
	return VV_OK;
}

/* What another process has written since it was read stays. */
static void save(const vv_speeds *s)
{
	table *t = vv_malloc(sizeof(*t));

	if (t) {
		read_table(s, t);
		for (size_t i = s->t.count; i > 0; i--) {
			if (s->t.lines[i - 1].noted) {
				put_first(t, &s->t.lines[i - 1]);
			}
		}
		write_table(s, t);
	}
	vv_free(t);
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
