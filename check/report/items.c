/*
 * items: chooses the findings to keep, and their identity across runs: path, rule, column, and the
 * row's key; without a key the value. Never the line, so that a moved row keeps its identity. Equal
 * ones in a dataset are numbered.
 */
#include "check/report/items.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#define DRAIN ((size_t)256 << 10)      /* bytes of a report buffered before a write */
#define BYTES_MAX ((uint64_t)16 << 20) /* of findings that are kept */
#define RULE_MIN 1000u                 /* at least this many of a rule are kept */

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

/* How many findings of the dataset had this hash, with this one. */
static vv_status count_equal(vv_check_report *r, const uint8_t hash[VV_SHA256_LEN], uint64_t *count,
			     vv_error *err)
{
	uint64_t h;

	memcpy(&h, hash, sizeof(h));
	vv_report_print *known = vv_hash_find(r->prints, &r->print_index, h, p, p->hash == h);
	*count = known ? ++known->count : 1;
	return known || vv_hash_add(r->prints, r->print_count, r->print_cap, &r->print_index, h,
				    (vv_report_print){h, 1})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* The fingerprint; of the second and further equal ones with their number. */
static vv_status make_print(vv_check_report *r, vv_report_item *i, const vv_finding *f,
			    vv_error *err)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t hash[VV_SHA256_LEN];
	vv_buf *b = &r->scratch;
	uint64_t equal = 0;
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
	}
	if ((rc = vv_buf_ok(b, err)) < 0 || (rc = vv_sha256(hash, b->data, b->len, err)) < 0 ||
	    (rc = count_equal(r, hash, &equal, err)) < 0) {
		return rc;
	}
	if (equal > 1) {
		vv_buf_set(b, hash, VV_SHA256_LEN);
		vv_buf_put_varint(b, equal);
		if ((rc = vv_buf_ok(b, err)) < 0 ||
		    (rc = vv_sha256(hash, b->data, b->len, err)) < 0) {
			return rc;
		}
	}
	for (size_t k = 0; k < VV_REPORT_PRINT_LEN / 2; k++) {
		i->print[2 * k] = hex[hash[k] >> 4];
		i->print[2 * k + 1] = hex[hash[k] & 15];
	}
	return VV_OK;
}

void vv_report_prints_clear(vv_check_report *r)
{
	vv_free(r->prints);
	r->prints = NULL;
	r->print_count = r->print_cap = 0;
	vv_hash_index_clear(&r->print_index);
}

/* --- findings -------------------------------------------------------------------------------- */

/* Shortens to VV_REPORT_VALUE_MAX bytes at a character's end. */
static uint16_t shorten_value(const char *s, size_t len, bool *cut)
{
	size_t n = VV_REPORT_VALUE_MAX;

	*cut = s && len > n;
	if (!*cut) return s ? (uint16_t)len : 0;
	while (n > VV_REPORT_VALUE_MAX - 4 && ((unsigned char)s[n] & 0xC0) == 0x80) {
		n--;
	}
	return (uint16_t)n;
}

/* A copy; NULL of NULL. */
static const char *copy_bytes(vv_check_report *r, const char *s, size_t len, bool *failed)
{
	const char *at = s ? vv_arena_strndup(&r->arena, s, len) : NULL;

	*failed = *failed || (s && !at);
	r->bytes += s ? len + 1 : 0;
	return at;
}

/* The same with a text that is often that of the finding before. */
static const char *copy_text(vv_check_report *r, const char *s, const char *before, bool *failed)
{
	if (vv_text_same(s, before)) return before;
	return copy_bytes(r, s, s ? strlen(s) : 0, failed);
}

/* The first of a group costs no more than the group. */
static bool is_room(const vv_check_report *r, const vv_report_group *g, uint64_t of_rule)
{
	return (r->options.limit == 0 || g->kept < r->options.limit) &&
	       (r->bytes < BYTES_MAX || of_rule < RULE_MIN || g->kept == 0);
}

vv_status vv_report_keep(vv_check_report *r, vv_report_group *g, const vv_finding *f, vv_error *err)
{
	uint64_t *of_rule =
		&r->kept_by_rule[g->rule ? (size_t)(g->rule - vv_rules) : r->rule_count];
	const char *message = f->message ? f->message : "";
	static const vv_report_item none = {.message = NULL};
	const vv_report_item *before = g->last, *like = before ? before : &none;
	bool failed = false, key_cut, value_cut;
	const uint16_t key_len = shorten_value(f->key, f->key_len, &key_cut),
		       value_len = shorten_value(f->value, f->value_len, &value_cut);
	vv_report_item *i;
	vv_status rc;

	if (!is_room(r, g, *of_rule)) return VV_OK;
	if (!(i = vv_arena_calloc(&r->arena, 1, sizeof(*i)))) return vv_fail_nomem(err);
	*i = (vv_report_item){.line = f->line,
			      .row = f->row,
			      .severity = f->severity == VV_SEVERITY_ERROR ? VV_SEVERITY_ERROR
									   : VV_SEVERITY_WARNING,
			      .key_len = key_len,
			      .value_len = value_len,
			      .key_cut = key_cut,
			      .value_cut = value_cut,
			      .key = copy_bytes(r, f->key, key_len, &failed),
			      .value = copy_bytes(r, f->value, value_len, &failed),
			      .message = copy_text(r, message, like->message, &failed),
			      .probably = copy_text(r, f->probably, like->probably, &failed),
			      .expected = copy_text(r, f->expected, like->expected, &failed),
			      .intended = copy_text(r, f->intended, like->intended, &failed),
			      .accepted = copy_text(r, f->accepted, like->accepted, &failed)};
	if (failed) return vv_fail_nomem(err);
	if ((rc = make_print(r, i, f, err)) < 0) return rc;
	g->one_message = !before || (g->one_message && vv_text_same(before->message, message));
	g->one_expected = !before ||
			  (g->one_expected && vv_text_same(before->expected, f->expected));
	if (g->last) {
		g->last->next = i;
	} else {
		g->first = i;
	}
	g->last = i;
	g->kept++;
	++*of_rule;
	r->bytes += sizeof(*i);
	return VV_OK;
}

/* --- for writers ----------------------------------------------------------------------------- */

bool vv_report_passes(const vv_check_report *r, uint64_t errors, uint64_t warnings)
{
	return errors == 0 && (r->options.fail_on != VV_SEVERITY_WARNING || warnings == 0);
}

uint64_t vv_report_found(const vv_report_group *g)
{
	return g->errors + g->warnings + g->accepted;
}

uint64_t vv_report_unlisted(const vv_report_group *g)
{
	return vv_report_found(g) - g->kept;
}

void vv_report_drain(const vv_check_report *r, vv_buf *out)
{
	vv_report_io *io = r->io;

	if (io->write && io->rc == VV_OK && !out->failed && out->len >= DRAIN) {
		io->rc = io->write(io->payload, out->data, out->len, &io->err);
		out->len = 0; /* not reset: that memory ran out must not be forgotten */
	}
}
