/*
 * items: the findings that are kept, for as many as there are: what does not fit into
 * memory goes to an unlinked temporary file, in the order of each group. Knows also what makes
 * two findings the same one in two runs: path, rule, column, and the row's key; where there is no
 * key the value and what is said of it, so that a row that moves stays what it is. Never the line.
 * Equal ones in a dataset are numbered once all of it was seen, by sorting.
 */
#include "cmd/report/items.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "diff/rows/sorter.h"

#define DRAIN ((size_t)256 << 10)      /* bytes of a report that are held before they go out */
#define PENDING_MAX ((size_t)16 << 20) /* bytes of findings in memory, of all groups */
#define PIECE ((size_t)64 << 10)
#define SORT_MEMORY ((size_t)8 << 20)
#define RECORD 32u /* hash, order of arrival, group, place in the group */
#define RECORD_KEY 16u
#define NUMBER 24u /* group, place in the group, number */
#define NUMBER_KEY 16u

enum {
	HAS_KEY = 1 << 0,
	KEY_CUT = 1 << 1,
	HAS_VALUE = 1 << 2,
	VALUE_CUT = 1 << 3,
	NEW_MESSAGE = 1 << 4, /* else that of the finding before, also of the next two */
	NEW_EXPECTED = 1 << 5,
	NEW_ACCEPTED = 1 << 6,
	IS_ERROR = 1 << 7
};

/* --- bytes of one group, in order ------------------------------------------------------------ */

static vv_status spill(vv_check_report *r, vv_error *err)
{
	char *name = NULL;
	vv_status rc = VV_OK;

	if (r->fd < 0) {
		r->fd = vv_temp_open_unlinked(&name, NULL, ".varve-report-", err);
		if (r->fd < 0) {
			return (vv_status)r->fd;
		}
		vv_free(name);
	}
	for (vv_report_chain *c = r->chains; rc == VV_OK && c; c = c->next) {
		vv_report_extent *e;

		if (c->pending.len == 0) {
			continue;
		}
		e = vv_realloc_array(c->extents, c->count + 1, sizeof(*e));
		if (!e) {
			return vv_fail_nomem(err);
		}
		c->extents = e;
		e[c->count++] = (vv_report_extent){r->spilled, c->pending.len};
		rc = vv_write_full(r->fd, c->pending.data, c->pending.len, "the findings", err);
		r->spilled += c->pending.len;
		vv_buf_clear(&c->pending);
	}
	r->pending = 0;
	return rc;
}

/* From now on vv_report_items_clear frees what the chain holds. */
static void list_chain(vv_check_report *r, vv_report_chain *c)
{
	if (!c->listed) {
		c->listed = true;
		c->next = r->chains;
		r->chains = c;
	}
}

static vv_status chain_put(vv_check_report *r, vv_report_chain *c, const vv_buf *bytes,
			   vv_error *err)
{
	vv_status rc = vv_buf_ok(bytes, err);

	if (rc < 0) {
		return rc;
	}
	list_chain(r, c);
	vv_buf_put(&c->pending, bytes->data, bytes->len);
	if ((rc = vv_buf_ok(&c->pending, err)) < 0) {
		return rc;
	}
	r->pending += bytes->len;
	return r->pending >= PENDING_MAX ? spill(r, err) : VV_OK;
}

void vv_report_items_clear(vv_check_report *r)
{
	for (vv_report_chain *c = r->chains; c; c = c->next) {
		vv_buf_clear(&c->pending);
		vv_free(c->extents);
		for (unsigned i = 0; i < 3; i++) {
			vv_buf_clear(&c->last[i]);
		}
	}
	r->chains = NULL;
	vv_sorter_free(r->prints);
	r->prints = NULL;
	vv_buf_clear(&r->scratch);
	vv_close(r->fd, NULL, NULL);
	r->fd = -1;
}

/* Reads on; the bytes from `at` on are in the window. False: at the end. */
static bool fill(vv_report_reader *x, const vv_check_report *r)
{
	const vv_report_chain *c = x->chain;
	uint64_t left;
	size_t n;

	if (x->at > 0) {
		memmove(x->window.data, x->window.data + x->at, x->window.len - x->at);
		x->window.len -= x->at;
		x->at = 0;
	}
	while (x->extent < c->count && x->offset == c->extents[x->extent].len) {
		x->extent++;
		x->offset = 0;
	}
	left = (x->extent < c->count ? c->extents[x->extent].len : c->pending.len) - x->offset;
	n = left < PIECE ? (size_t)left : PIECE;
	if (n == 0) {
		return false;
	}
	if (x->extent == c->count) {
		vv_buf_put(&x->window, c->pending.data + x->offset, n);
	} else if (vv_buf_reserve(&x->window, n)) {
		ssize_t got = vv_pread_full(r->fd, x->window.data + x->window.len, n,
					    c->extents[x->extent].offset + x->offset,
					    "the findings", &r->io->err);

		if (got < 0 || (size_t)got != n) {
			r->io->rc =
				got < 0 ? (vv_status)got
					: vv_fail(&r->io->err, VV_EIO,
						  "the temporary file of findings is too short");
			return false;
		}
		x->window.len += n;
	}
	if (x->window.failed) {
		r->io->rc = vv_fail_nomem(&r->io->err);
		return false;
	}
	x->offset += n;
	return true;
}

/* The next record, which has its length in front: *p. False: at the end. */
static bool next_record(vv_report_reader *x, const vv_check_report *r, const uint8_t **p,
			const uint8_t **end)
{
	for (;;) {
		uint64_t len = 0;
		const uint8_t *all = (const uint8_t *)x->window.data;

		*p = all ? all + x->at : NULL;
		*end = all ? all + x->window.len : NULL;
		if (all && vv_varint_read(p, *end, &len) && (uint64_t)(*end - *p) >= len) {
			*end = *p + len;
			x->at = (size_t)(*end - all);
			return true;
		}
		if (!fill(x, r)) {
			return false;
		}
	}
}

/* --- fingerprints ---------------------------------------------------------------------------- */

static void put_part(vv_buf *b, const char *s, size_t len)
{
	vv_buf_put_varint(b, len);
	vv_buf_put(b, len > 0 ? s : "", len);
}

static void put_text(vv_buf *b, const char *s)
{
	put_part(b, s, s ? strlen(s) : 0);
}

static vv_status make_print(vv_check_report *r, uint8_t hash[VV_SHA256_LEN], const vv_finding *f,
			    vv_error *err)
{
	vv_buf *b = &r->scratch;
	vv_status rc;

	vv_buf_reset(b);
	put_text(b, r->last->path);
	put_text(b, f->rule);
	put_text(b, f->column);
	put_text(b, f->key ? "key" : "value");
	if (f->key) {
		put_part(b, f->key, f->key_len);
	} else {
		put_part(b, f->value, f->value ? f->value_len : 0);
		put_text(b, f->message);
	}
	rc = vv_buf_ok(b, err);
	return rc < 0 ? rc : vv_sha256(hash, b->data, b->len, err);
}

static vv_status note_print(vv_check_report *r, const vv_report_group *g,
			    const uint8_t hash[VV_SHA256_LEN], vv_error *err)
{
	uint8_t record[RECORD];
	vv_status rc;

	if (!r->prints && (rc = vv_sorter_new(&r->prints, RECORD, RECORD_KEY, SORT_MEMORY,
					      getenv("TMPDIR"), err)) < 0) {
		return rc;
	}
	memcpy(record, hash, 8);
	vv_put_be64(record + 8, r->arrived++);
	vv_put_be64(record + 16, g->number);
	vv_put_be64(record + 24, g->kept);
	return vv_sorter_add(r->prints, record, err);
}

/* Numbers of findings that are equal to others, by group and place. */
static vv_status find_equal(vv_check_report *r, vv_sorter **out, vv_error *err)
{
	uint8_t last[8] = {0}, number[NUMBER];
	uint64_t equal = 0;
	const void *record;
	int more;
	vv_status rc = vv_sorter_finish(r->prints, err);

	if (rc < 0) {
		return rc;
	}
	while ((more = vv_sorter_next(r->prints, &record, err)) > 0) {
		const uint8_t *p = record;

		equal = equal > 0 && memcmp(last, p, 8) == 0 ? equal + 1 : 1;
		memcpy(last, p, 8);
		if (equal == 1) {
			continue;
		}
		memcpy(number, p + 16, 16);
		vv_put_be64(number + 16, equal);
		if ((!*out && (rc = vv_sorter_new(out, NUMBER, NUMBER_KEY, SORT_MEMORY,
						  getenv("TMPDIR"), err)) < 0) ||
		    (rc = vv_sorter_add(*out, number, err)) < 0) {
			return rc;
		}
	}
	return (vv_status)more;
}

/* From g on. */
static vv_report_group *group_of(vv_report_group *g, uint64_t number)
{
	while (g && g->number != number) {
		g = g->next;
	}
	return g;
}

vv_status vv_report_number(vv_check_report *r, vv_error *err)
{
	vv_sorter *equal = NULL;
	vv_report_group *g = NULL;
	vv_buf bytes = VV_BUF_INIT;
	const void *record;
	int more = 0;
	vv_status rc = r->prints ? find_equal(r, &equal, err) : VV_OK;

	if (rc == VV_OK && equal) {
		rc = vv_sorter_finish(equal, err);
	}
	while (rc == VV_OK && equal && (more = vv_sorter_next(equal, &record, err)) > 0) {
		const uint8_t *p = record;

		if (!g || g->number != vv_get_be64(p)) {
			g = group_of(g ? g : r->last->first, vv_get_be64(p));
		}
		vv_buf_reset(&bytes);
		vv_buf_putc(&bytes, 16);
		vv_buf_put(&bytes, p + 8, 16);
		rc = g ? chain_put(r, &g->numbers, &bytes, err) : VV_OK;
	}
	vv_sorter_free(equal);
	vv_sorter_free(r->prints);
	r->prints = NULL;
	r->arrived = 0;
	vv_buf_clear(&bytes);
	return rc < 0 ? rc : (vv_status)more;
}

/* --- findings -------------------------------------------------------------------------------- */

/* At most so many bytes, and no half character at the end. */
static size_t shorten(const char *s, size_t len, bool *cut)
{
	size_t n = VV_REPORT_VALUE_MAX;

	*cut = len > n;
	if (!*cut) {
		return len;
	}
	while (n > VV_REPORT_VALUE_MAX - 4 && ((unsigned char)s[n] & 0xC0) == 0x80) {
		n--;
	}
	return n;
}

enum { TEXT_MESSAGE, TEXT_EXPECTED, TEXT_ACCEPTED };

/* Is the text another than that of the finding before? Then it is kept for the next one. */
static bool is_new(vv_report_chain *c, unsigned which, const char *s)
{
	vv_buf *last = &c->last[which];

	if (c->has_last[which] ? s && strcmp(s, vv_buf_cstr(last)) == 0 : !s) {
		return false;
	}
	c->has_last[which] = s != NULL;
	vv_buf_reset(last);
	vv_buf_puts(last, s ? s : "");
	return true;
}

/* NULL is not a byte; a text is itself followed by a NUL. */
static void put_string(vv_buf *b, const char *s)
{
	size_t len = s ? strlen(s) + 1 : 0;

	put_part(b, s, len);
}

static void put_item(vv_buf *b, vv_report_chain *c, const vv_finding *f,
		     const uint8_t hash[VV_SHA256_LEN])
{
	const char *message = f->message ? f->message : "";
	const char *const texts[] = {message, f->expected, f->accepted};
	bool key_cut = false, value_cut = false, fresh[3];
	size_t key_len = f->key ? shorten(f->key, f->key_len, &key_cut) : 0;
	size_t value_len = f->value ? shorten(f->value, f->value_len, &value_cut) : 0;

	for (unsigned i = 0; i < 3; i++) {
		fresh[i] = is_new(c, i, texts[i]);
	}
	vv_buf_putc(b, (char)((f->key ? HAS_KEY : 0) | (key_cut ? KEY_CUT : 0) |
			      (f->value ? HAS_VALUE : 0) | (value_cut ? VALUE_CUT : 0) |
			      (fresh[0] ? NEW_MESSAGE : 0) | (fresh[1] ? NEW_EXPECTED : 0) |
			      (fresh[2] ? NEW_ACCEPTED : 0) |
			      (f->severity == VV_SEVERITY_ERROR ? IS_ERROR : 0)));
	vv_buf_put_varint(b, f->line);
	vv_buf_put_varint(b, f->row);
	vv_buf_put(b, hash, VV_SHA256_LEN);
	put_part(b, f->key, key_len);
	put_part(b, f->value, value_len);
	for (unsigned i = 0; i < 3; i++) {
		if (fresh[i]) {
			put_string(b, texts[i]);
		}
	}
}

vv_status vv_report_keep(vv_check_report *r, vv_report_group *g, const vv_finding *f, vv_error *err)
{
	const char *message = f->message ? f->message : "", *expected = f->expected;
	uint8_t hash[VV_SHA256_LEN];
	vv_buf record = VV_BUF_INIT;
	vv_status rc = make_print(r, hash, f, err);

	if (rc < 0 || (rc = note_print(r, g, hash, err)) < 0) {
		return rc;
	}
	if (g->kept == 0) {
		g->message = vv_arena_strndup(&r->arena, message, strlen(message));
		g->expected = expected ? vv_arena_strndup(&r->arena, expected, strlen(expected))
				       : NULL;
		g->one_message = g->one_expected = true;
		if (!g->message || (expected && !g->expected)) {
			return vv_fail_nomem(err);
		}
	}
	g->one_message = g->one_message && strcmp(g->message, message) == 0;
	g->one_expected = g->one_expected &&
			  (g->expected ? expected != NULL && strcmp(g->expected, expected) == 0
				       : !expected);
	list_chain(r, &g->items); /* put_item already keeps texts in it */
	vv_buf_reset(&r->scratch);
	put_item(&r->scratch, &g->items, f, hash);
	vv_buf_put_varint(&record, r->scratch.len);
	vv_buf_put(&record, vv_buf_cstr(&r->scratch), r->scratch.len);
	record.failed = record.failed || r->scratch.failed;
	for (unsigned i = 0; i < 3; i++) {
		record.failed = record.failed || g->items.last[i].failed;
	}
	if ((rc = chain_put(r, &g->items, &record, err)) == VV_OK) {
		g->kept++;
	}
	vv_buf_clear(&record);
	return rc;
}

/* Bytes of a part; they stay where they are. */
static const char *get_part(const uint8_t **p, const uint8_t *end, size_t *len)
{
	uint64_t n = 0;
	const char *s;

	if (!vv_varint_read(p, end, &n) || n > (uint64_t)(end - *p)) {
		*len = 0;
		*p = end;
		return "";
	}
	s = (const char *)*p;
	*p += n;
	*len = (size_t)n;
	return s;
}

static const char *get_string(vv_report_walk *w, unsigned which, bool fresh, const uint8_t **p,
			      const uint8_t *end)
{
	size_t len;

	if (fresh) {
		const char *s = get_part(p, end, &len);

		w->has_text[which] = len > 0;
		vv_buf_reset(&w->texts[which]);
		vv_buf_put(&w->texts[which], s, len > 0 ? len - 1 : 0);
	}
	return w->has_text[which] ? vv_buf_cstr(&w->texts[which]) : NULL;
}

/* The fingerprint; of the second and further equal ones with their number. */
static bool set_print(vv_report_walk *w, const uint8_t *hash)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *p, *end;
	uint8_t numbered[VV_SHA256_LEN];
	uint64_t place = w->place++;

	if (!w->number && next_record(&w->numbers, w->r, &p, &end) && end - p == 16) {
		w->number_place = vv_get_be64(p);
		w->number = vv_get_be64(p + 8);
	}
	if (w->number && w->number_place == place) {
		vv_buf b = VV_BUF_INIT;

		vv_buf_put(&b, hash, VV_SHA256_LEN);
		vv_buf_put_varint(&b, w->number);
		w->number = 0;
		w->r->io->rc = vv_buf_ok(&b, &w->r->io->err);
		if (w->r->io->rc == VV_OK) {
			w->r->io->rc = vv_sha256(numbered, b.data, b.len, &w->r->io->err);
		}
		vv_buf_clear(&b);
		hash = numbered;
	}
	for (size_t i = 0; w->r->io->rc == VV_OK && i < VV_REPORT_PRINT_LEN / 2; i++) {
		w->item.print[2 * i] = hex[hash[i] >> 4];
		w->item.print[2 * i + 1] = hex[hash[i] & 15];
	}
	return w->r->io->rc == VV_OK;
}

const vv_report_item *vv_report_next(vv_report_walk *w)
{
	vv_report_item *i = &w->item;
	const uint8_t *p, *end, *hash;
	unsigned flags;

	if (w->r->io->rc < 0 || !next_record(&w->items, w->r, &p, &end) ||
	    end - p < 1 + VV_SHA256_LEN) {
		vv_report_stop(w);
		return NULL;
	}
	flags = *p++;
	vv_varint_read(&p, end, &i->line);
	vv_varint_read(&p, end, &i->row);
	hash = p;
	p += VV_SHA256_LEN;
	i->severity = flags & IS_ERROR ? VV_SEVERITY_ERROR : VV_SEVERITY_WARNING;
	i->key = get_part(&p, end, &i->key_len);
	i->key = flags & HAS_KEY ? i->key : NULL;
	i->key_cut = (flags & KEY_CUT) != 0;
	i->value = get_part(&p, end, &i->value_len);
	i->value = flags & HAS_VALUE ? i->value : NULL;
	i->value_cut = (flags & VALUE_CUT) != 0;
	i->message = get_string(w, TEXT_MESSAGE, flags & NEW_MESSAGE, &p, end);
	i->expected = get_string(w, TEXT_EXPECTED, flags & NEW_EXPECTED, &p, end);
	i->accepted = get_string(w, TEXT_ACCEPTED, flags & NEW_ACCEPTED, &p, end);
	i->message = i->message ? i->message : "";
	for (unsigned k = 0; k < 3; k++) {
		if (w->texts[k].failed) {
			w->r->io->rc = vv_fail_nomem(&w->r->io->err);
		}
	}
	if (!set_print(w, hash)) {
		vv_report_stop(w);
		return NULL;
	}
	return i;
}

const vv_report_item *vv_report_first(vv_report_walk *w, const vv_check_report *r,
				      const vv_report_group *g)
{
	memset(w, 0, sizeof(*w));
	w->r = r;
	w->items.chain = &g->items;
	w->numbers.chain = &g->numbers;
	return vv_report_next(w);
}

void vv_report_stop(vv_report_walk *w)
{
	vv_buf_clear(&w->items.window);
	vv_buf_clear(&w->numbers.window);
	for (unsigned i = 0; i < 3; i++) {
		vv_buf_clear(&w->texts[i]);
	}
}

/* --- for writers ----------------------------------------------------------------------------- */

bool vv_report_passes(const vv_check_report *r, uint64_t errors, uint64_t warnings)
{
	return errors == 0 && (r->options.fail_on != VV_SEVERITY_WARNING || warnings == 0);
}

uint64_t vv_report_unlisted(const vv_report_group *g)
{
	return g->errors + g->warnings + g->accepted - g->kept;
}

void vv_report_drain(const vv_check_report *r, vv_buf *out)
{
	vv_report_io *io = r->io;

	if (io->write && io->rc == VV_OK && !out->failed && out->len >= DRAIN) {
		io->rc = io->write(io->payload, out->data, out->len, &io->err);
		out->len = 0; /* not reset: that memory ran out must not be forgotten */
	}
}
