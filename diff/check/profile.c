/*
 * profile: knows what is worth noting of a value, so that one walk over a version is enough.
 */
#include "diff/check/profile.h"

#include <ctype.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/check/profile_internal.h"
#include "diff/rows/key_unique.h"

#define ENUM_TIMES 5u /* each word of an enumeration stands in so many rows on average */

static const char marks[] = "-._/";

bool profile_is_enum(const profile_column *c)
{
	return !c->many_words && c->word_count > 1 &&
	       c->values >= (uint64_t)c->word_count * ENUM_TIMES;
}

static bool same(const profile_word *w, const vv_cell *cell)
{
	return w->len == cell->len && (w->len == 0 || memcmp(w->text, cell->text, w->len) == 0);
}

/* Counts the word; false when there is no room for it, or memory ended (p->failed). */
static bool note_word(vv_profile *p, profile_word *words, size_t *count, size_t max,
		      const vv_cell *cell)
{
	for (size_t i = 0; i < *count; i++) {
		if (same(&words[i], cell)) {
			words[i].count++;
			/* the frequent ones are found sooner */
			if (i > 0 && words[i].count > words[i - 1].count) {
				profile_word w = words[i];
				words[i] = words[i - 1];
				words[i - 1] = w;
			}
			return true;
		}
	}
	if (*count == max || cell->len > PROFILE_WORD_LEN ||
	    !vv_utf8_valid(cell->text ? cell->text : "", cell->len)) {
		return false;
	}
	char *text = vv_arena_strndup(&p->arena, cell->text ? cell->text : "", cell->len);
	if (!text) {
		p->failed = true;
		return false;
	}
	words[*count] = (profile_word){text, cell->len, 1};
	(*count)++;
	return true;
}

static void note_letters(profile_column *c, const vv_cell *cell)
{
	uint64_t characters = 0;

	for (size_t i = 0; i < cell->len; i++) {
		unsigned char ch = (unsigned char)cell->text[i];
		const char *mark = ch ? strchr(marks, ch) : NULL;

		characters += (ch & 0xc0) != 0x80;
		if (ch >= 'a' && ch <= 'z') {
			c->lower = true;
		} else if (ch >= 'A' && ch <= 'Z') {
			c->upper = true;
		} else if (ch >= '0' && ch <= '9') {
			c->digit = true;
		} else if (mark) {
			c->mark[mark - marks] = true;
		} else {
			c->other = true;
		}
	}
	c->least = characters < c->least ? characters : c->least;
	c->most = characters > c->most ? characters : c->most;
}

/* Sign, and whether it is above one: the spelling tells. */
static void note_amount(profile_column *c, const vv_field *f, const vv_cell *cell)
{
	size_t i = 0;

	for (; i < cell->len && strchr("0123456789-+", cell->text[i]) == NULL; i++) {
	}
	if (i == cell->len || cell->text[i] == '-') { /* NaN and INF have no bounds either */
		c->negative = true;
		return;
	}
	c->above_one = c->above_one || f->type != VV_TYPE_NUMBER || f->decimal_char != '.' ||
		       !f->bare_number ||
		       (cell->len == 1 ? cell->text[0] > '1' : memcmp(cell->text, "0.", 2) != 0);
}

static bool accepts(const vv_table *t, const vv_field *f, const vv_cell *cell)
{
	return t->root.dialect.form == VV_FORM_CSV ? vv_field_accepts(f, cell)
						   : vv_field_accepts_json(f, cell);
}

/* A short word without digits may be somebody's word for "missing". */
static bool is_missing_word(const vv_cell *cell)
{
	if (cell->state != VV_CELL_TEXT || cell->len == 0 || cell->len > 12 ||
	    !vv_utf8_valid(cell->text, cell->len)) {
		return false;
	}
	for (size_t i = 0; i < cell->len; i++) {
		if (isdigit((unsigned char)cell->text[i]) || (unsigned char)cell->text[i] < 0x20) {
			return false;
		}
	}
	return true;
}

static void note_stranger(vv_profile *p, profile_column *c, const vv_field *f, const vv_cell *cell)
{
	vv_field number = *f;

	number.type = VV_TYPE_NUMBER;
	c->not_number = c->not_number || !accepts(p->t, &number, cell);
	if (c->strange || !is_missing_word(cell) ||
	    !note_word(p, c->strangers, &c->stranger_count, PROFILE_STRANGERS, cell)) {
		c->strange = true;
	}
}

/* Might a column of strings be one of numbers or dates, but for a few words? */
static void note_narrow(vv_profile *p, profile_column *c, const vv_cell *cell)
{
	if (c->not_narrow) {
		return;
	}
	if (!is_missing_word(cell)) {
		vv_infer_cells(&c->narrow, cell, 1);
	} else if (!note_word(p, c->strangers, &c->stranger_count, PROFILE_STRANGERS, cell)) {
		c->not_narrow = true;
	}
}

vv_type profile_type(const profile_column *c, const vv_field *f)
{
	uint64_t words = 0;

	if (c->strange) {
		return f->type == VV_TYPE_INTEGER && !c->not_number ? VV_TYPE_NUMBER
								    : VV_TYPE_STRING;
	}
	if (f->type != VV_TYPE_STRING || c->not_narrow || c->stranger_count == 0 ||
	    !c->narrow.any_value) {
		return f->type;
	}
	for (size_t i = 0; i < c->stranger_count; i++) {
		words += c->strangers[i].count;
	}
	return words * 2 < c->values ? vv_infer_type(&c->narrow, NULL) : f->type;
}

bool profile_has_strangers(const profile_column *c, const vv_field *f)
{
	return c->stranger_count > 0 && !c->strange &&
	       (f->type != VV_TYPE_STRING || profile_type(c, f) != f->type);
}

static void note_cell(vv_profile *p, profile_column *c, const vv_field *f, const vv_cell *cell)
{
	if (vv_field_missing(f, cell)) {
		c->missing++;
		return;
	}
	c->values++;
	c->literal = c->literal || cell->state == VV_CELL_LITERAL;
	if (!accepts(p->t, f, cell)) {
		note_stranger(p, c, f, cell);
		return;
	}
	if (!c->many_words && !note_word(p, c->words, &c->word_count, PROFILE_WORDS, cell)) {
		c->many_words = true;
	}
	if (f->type == VV_TYPE_STRING) {
		note_letters(c, cell);
		note_narrow(p, c, cell);
	}
	if (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) {
		note_amount(c, f, cell);
	}
}

static void note_batch(vv_profile *p, const vv_batch *b)
{
	for (size_t k = 0; k < p->t->columns; k++) {
		for (size_t i = 0; i < b->rows; i++) {
			note_cell(p, &p->columns[k], &p->t->schema.fields[k],
				  &b->cells[i * b->columns + k]);
		}
	}
}

static vv_status walk(vv_profile *p, const vv_progress *progress, vv_error *err)
{
	vv_table_reader *r = NULL;
	vv_batch b;
	int more = 0;
	vv_status rc;

	vv_batch_init(&b);
	if ((rc = vv_table_reader_open(&r, p->t, NULL, 0, false, err)) == VV_OK) {
		while ((more = vv_table_read(r, &b, err)) > 0) {
			vv_progress_part(progress, "reading", b.first_row + b.rows,
					 p->t->root.rows);
			note_batch(p, &b);
		}
		rc = more < 0 ? (vv_status)more : p->failed ? vv_fail_nomem(err) : VV_OK;
	}
	vv_table_reader_close(r);
	vv_batch_clear(&b);
	return rc;
}

/* The version's key, if it holds: nothing missing, nothing twice. */
static vv_status find_key(vv_profile *p, vv_error *err)
{
	const vv_root *root = &p->t->root;
	bool unique = false, whole = root->key_count > 0;
	vv_status rc = VV_OK;

	if (!(p->key = vv_calloc(root->key_count + 1, sizeof(*p->key)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < root->key_count && whole; i++) {
		long at = vv_schema_find(&p->t->schema, root->key[i], strlen(root->key[i]));

		whole = at >= 0 && p->columns[at].missing == 0 && !p->columns[at].strange &&
			!profile_has_strangers(&p->columns[at], &p->t->schema.fields[at]);
		p->key[i] = at >= 0 ? (size_t)at : 0;
	}
	if (whole && (rc = vv_key_unique(&unique, p->t, p->key, root->key_count, err)) == VV_OK &&
	    unique) {
		p->key_count = root->key_count;
	}
	return rc;
}

static void init_column(profile_column *c, const vv_table *t, const vv_field *f)
{
	c->least = UINT64_MAX;
	vv_infer_init(&c->narrow);
	c->not_narrow = t->root.dialect.form != VV_FORM_CSV || f->type != VV_TYPE_STRING ||
			strcmp(f->format, "default") != 0;
}

vv_status vv_profile_make(vv_profile **out, vv_table *t, const vv_progress *progress, vv_error *err)
{
	vv_profile *p;
	vv_status rc;

	*out = NULL;
	if (t->root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "it is kept as a file: it has no columns");
	}
	if (!(p = vv_calloc(1, sizeof(*p)))) {
		return vv_fail_nomem(err);
	}
	p->t = t;
	vv_arena_init(&p->arena);
	p->columns = vv_calloc(t->columns + 1, sizeof(*p->columns));
	if (!p->columns) {
		rc = vv_fail_nomem(err);
	} else {
		for (size_t i = 0; i < t->columns; i++) {
			init_column(&p->columns[i], t, &t->schema.fields[i]);
		}
		if ((rc = walk(p, progress, err)) == VV_OK) {
			rc = find_key(p, err);
		}
	}
	if (rc < 0) {
		vv_profile_free(p);
	} else {
		*out = p;
	}
	return rc;
}

void vv_profile_free(vv_profile *p)
{
	if (!p) {
		return;
	}
	vv_arena_clear(&p->arena);
	vv_free(p->columns);
	vv_free(p->key);
	vv_free(p);
}
