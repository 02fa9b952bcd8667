/*
 * base_findings: reports findings against a base within quotas, reads and writes bounds, and reads
 * groups of one side.
 */
#include "check/past/base_findings.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/table/walk.h"

#define KEY_CELL_MAX 200u /* bytes of a value in a key's text */

bool base_is_json(const vv_table *t)
{
	return vv_form_is_typed(t->root.dialect.form);
}

const vv_rule_setting *base_setting(const base_check *c, const char *code,
				    const vv_rule_setting *after)
{
	const vv_rule_setting *s = after ? after + 1 : vv_rule_set_get(c->rules, code);
	const vv_rule_setting *end = c->rules->items + c->rules->count;

	for (; c->rc == VV_OK && s && s < end && strcmp(s->rule->code, code) == 0; s++) {
		if (s->severity != VV_SEVERITY_OFF) return s;
	}
	return NULL;
}

vv_finding base_finding(const base_check *c, const vv_rule_setting *s, const char *column)
{
	return (vv_finding){.rule = s->rule->code,
			    .severity = s->severity,
			    .path = c->o->path,
			    .commit = c->o->commit,
			    .column = column};
}

void base_unread(vv_finding *f, const char *code)
{
	if (f->severity != VV_SEVERITY_ERROR) {
		f->rule = VV_RULE_UNCHECKED;
	} else if (code) {
		f->rule = code;
	}
	f->severity = VV_SEVERITY_ERROR;
}

/* Passes f to the caller, with the line of its row. */
static vv_status report_finding(base_check *c, vv_finding *f)
{
	vv_status rc = vv_buf_ok(&c->message, c->err);

	if (rc == VV_OK && f->row > 0 && f->line == 0) {
		if (!c->lines) {
			rc = vv_check_lines_open(&c->lines, c->t, c->o->mend, c->o->cache, c->err);
		}
		rc = rc < 0 ? rc : vv_check_line(c->lines, f->row - 1, &f->line, c->err);
	}
	return rc < 0 ? rc : c->o->finding(c->o->payload, f, c->err);
}

void base_give(base_check *c, base_quota *q, vv_finding *f)
{
	f->message = vv_buf_cstr(&c->message);
	f->expected = c->expected.len ? vv_buf_cstr(&c->expected) : NULL;
	if (q && c->o->limit > 0 && q->given >= c->o->limit) {
		q->last = *f;
		q->last.message = "like those above";
		q->last.expected = q->last.key = q->last.value = NULL;
		q->last.row = q->last.line = q->last.key_len = q->last.value_len = 0;
		q->held++;
	} else if (c->rc == VV_OK) {
		c->rc = report_finding(c, f);
		if (q) {
			q->given++;
		}
	}
	vv_buf_reset(&c->message);
	vv_buf_reset(&c->expected);
}

void base_told(base_check *c, base_quota *q)
{
	if (c->rc == VV_OK && q->held && c->o->more) {
		c->rc = c->o->more(c->o->payload, &q->last, q->held, c->err);
	}
	*q = (base_quota){0};
}

const vv_changed_groups *base_changed_groups(base_check *c)
{
	if (c->rc == VV_OK && !c->have_regions) {
		c->rc = vv_changed_groups_find(&c->regions, c->base, c->t, c->err);
		c->have_regions = c->rc == VV_OK;
	}
	return c->rc == VV_OK ? &c->regions : NULL;
}

void base_each_group(base_check *c, vv_table *t, const size_t *wanted, size_t wanted_count,
		     const vv_changed_group *groups, size_t count, base_group_fn fn, void *payload)
{
	if (c->rc < 0 || (groups && count == 0)) return;
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, wanted, wanted_count, c->err);
	for (size_t i = 0;
	     groups ? i < count && vv_group_walk_to(&w, groups[i].row) : vv_group_walk_next(&w);
	     i++) {
		if ((w.rc = vv_progress_part(c->o->progress, "checking",
					     w.batch.first_row + w.batch.rows, t->root.rows,
					     c->err)) == VV_OK) {
			fn(payload, &w.batch);
			w.rc = c->rc;
		}
	}
	c->rc = w.rc;
}

void base_each_new_group(base_check *c, bool all, const size_t *wanted, size_t wanted_count,
			 base_group_fn fn, void *payload)
{
	const vv_changed_groups *g = all ? NULL : base_changed_groups(c);

	if (all || (g && g->new_count > 0)) {
		base_each_group(c, c->t, wanted, wanted_count, g ? g->new_groups : NULL,
				g ? g->new_count : 0, fn, payload);
	}
}

size_t base_key_places(const vv_table *t, size_t *places, size_t max)
{
	return t->root.key_count <= max && vv_table_key_places(places, t) ? t->root.key_count : 0;
}

void base_set_key(base_check *c, vv_finding *f, const vv_table *t, const size_t *places,
		  size_t count, const vv_cell *row)
{
	vv_buf *out = &c->key;

	vv_buf_reset(out);
	for (size_t i = 0; i < count; i++) {
		const vv_field *field = &t->schema.fields[places[i]];
		const vv_cell *cell = &row[places[i]];

		vv_buf_printf(out, "%s%.*s=", i ? ", " : "", (int)field->name_len, field->name);
		vv_buf_put(out, cell->text, cell->len < KEY_CELL_MAX ? cell->len : KEY_CELL_MAX);
	}
	f->key = count > 0 ? vv_buf_cstr(out) : NULL;
	f->key_len = count > 0 ? out->len : 0;
}

/* -1, 0, 1: a x b against c x d. */
static int compare_products(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	__extension__ unsigned __int128 x = a, y = c;

	x *= b;
	y *= d;
	return x < y ? -1 : x > y;
}

uint64_t base_share(uint64_t n, uint64_t of)
{
	__extension__ unsigned __int128 share = n;

	if (of == 0) return 0;
	share = (share * VV_BILLION + of / 2) / of;
	/* some are not none, and not all are not all */
	if (share == 0 && n > 0) return 1;
	return share == VV_BILLION && n < of ? VV_BILLION - 1 : (uint64_t)share;
}

bool base_rose(uint64_t was, uint64_t was_of, uint64_t is, uint64_t is_of, uint64_t most)
{
	uint64_t of_before = was_of ? was_of : 1;
	__extension__ unsigned __int128 before = was, now = is, of = of_before;

	/* now / of - before / of > most / 10^9; of tables beyond 10^13 rows the lowest bits are dropped, so
	 * that the products fit in 128 */
	before *= is_of;
	now *= of_before;
	of *= is_of;
	if (now <= before) return false;
	now -= before;
	while (now >> 90 || of >> 90) {
		now >>= 1;
		of >>= 1;
	}
	return now * VV_BILLION > of * most;
}

bool base_tolerated(uint64_t mostly, uint64_t found, uint64_t of)
{
	return found == 0 ||
	       compare_products(of > found ? of - found : 0, VV_BILLION, of, mostly) >= 0;
}

/* n of `of` against the bound: -1 below, 0, 1 above; shares are not rounded. */
static int compare_bound(const vv_bound *b, uint64_t n, uint64_t of)
{
	return b->share ? compare_products(n, VV_BILLION, b->value, of)
			: compare_products(n, 1, b->value, 1);
}

bool base_above(const vv_bound *b, uint64_t n, uint64_t of)
{
	return compare_bound(b, n, of) > 0;
}

bool base_below(const vv_bound *b, uint64_t n, uint64_t of)
{
	return b->given && compare_bound(b, n, of) < 0;
}

/* v / unit with at most `digits` after the point, rounded, without zeros at the end. */
static void put_fraction(vv_buf *out, uint64_t v, uint64_t unit, int digits)
{
	uint64_t step = unit;

	for (int i = 0; i < digits; i++) {
		step /= 10;
	}
	v += step / 2;
	uint64_t part = v % unit / step;
	vv_buf_printf(out, "%llu", (unsigned long long)(v / unit));
	if (part == 0) return;
	for (; part % 10 == 0; part /= 10) {
		digits--;
	}
	vv_buf_printf(out, ".%0*llu", digits, (unsigned long long)part);
}

/* A share that would round to 0 or to 100 is written as a bound. */
void base_put_percent(vv_buf *out, uint64_t billionths)
{
	if (billionths > 0 && billionths < VV_BILLION / 10000) {
		vv_buf_puts(out, "under 0.01");
	} else if (billionths < VV_BILLION && billionths > VV_BILLION - VV_BILLION / 10000) {
		vv_buf_puts(out, "over 99.99");
	} else {
		put_fraction(out, billionths, VV_BILLION / 100, 2);
	}
	vv_buf_puts(out, " %");
}

void base_put_number(vv_buf *out, uint64_t billionths)
{
	if (billionths > 0 && billionths < VV_BILLION / 10000) {
		vv_buf_puts(out, "under 0.0001");
		return;
	}
	put_fraction(out, billionths, VV_BILLION, 4);
}

void base_put_bound(vv_buf *out, const char *word, const vv_bound *b, const char *what)
{
	vv_buf_printf(out, "%s ", word);
	if (b->share) {
		base_put_percent(out, b->value);
	} else {
		vv_buf_printf(out, "%s%s%s", vv_text_count(b->value), *what ? " " : "", what);
	}
}
