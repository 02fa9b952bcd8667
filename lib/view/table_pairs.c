/*
 * table_pairs: the rows of tables that only one version has, compared as renamed files are.
 */
#include "lib/view/table_pairs.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "lib/documents/document.h"
#include "lib/names/version.h"
#include "lib/view/row_find.h"
#include "repo/git/merge/renames.h"

#define PAIRS_MAX 40000u /* of more tables only the names count */

/* A pair, and the rows of the table that only one side has. */
typedef struct half {
	vv_table_pair pair;
	uint64_t *rows;
	size_t count;
} half;

typedef struct halves {
	half *items;
	size_t count;
} halves;

static void halves_clear(halves *h)
{
	vv_array_clear(h->items, h->count, it, vv_free(it->rows));
}
VV_AUTO_CLEAR(halves, halves_clear)

vv_status vv_table_beside_open(vv_subject *s, vv_table *t, const vv_subject *of, const char *table,
			       vv_error *err)
{
	const vv_notes *heard = of->repo ? vv_repository_notes(of->repo) : NULL;
	vv_notes quiet = heard ? *heard : (vv_notes){.note = NULL};

	quiet.note = NULL; /* the displaying code notes the facts */
	vv_repository_listen(of->repo, &quiet);
	vv_status rc = vv_subject_dup(s, of, of->text, err);
	rc = rc < 0 ? rc : vv_subject_take_table(s, table, err);
	rc = rc < 0 ? rc : vv_subject_open(s, t, NULL, err);
	vv_repository_listen(of->repo, heard);
	return rc;
}

/* A table that cannot be read is not an error here. */
static vv_status excuse_unreadable(vv_status rc, vv_error *err)
{
	return vv_error_excuse(rc, rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOSUPPORT,
			       err);
}

static vv_status read_rows(half *h, const vv_subject *of, const char *table, vv_error *err)
{
	vv_auto(vv_subject) s = {0};
	vv_auto(vv_table) t = {0};
	vv_status rc = vv_table_beside_open(&s, &t, of, table, err);

	rc = rc < 0 ? rc : vv_row_hashes(&t, &h->rows, &h->count, err);
	return excuse_unreadable(rc, err); /* it is like no other */
}

/* Do both describe the pair's tables, with the same suffix? */
static bool goes_with(const vv_table_pair *p, const char *was, const char *is)
{
	const size_t a = p->was ? strlen(p->was->name) : 0, b = p->is ? strlen(p->is->name) : 0;

	return a > 0 && b > 0 && strncmp(was, p->was->name, a) == 0 &&
	       strncmp(is, p->is->name, b) == 0 && strcmp(was + a, is + b) == 0;
}

/* In percent. */
static int halves_likeness(const halves *l, const half *gone, const half *come)
{
	const vv_document_table *was = gone->pair.was, *is = come->pair.is;

	if (!was->beside && !is->beside) {
		return vv_rows_shared(gone->rows, gone->count, come->rows, come->count);
	}
	return was->beside && is->beside &&
			       vv_array_find(l->items, l->count, it,
					     goes_with(&it->pair, was->name, is->name))
		       ? 100
		       : 0;
}

/* Joins those that are at least so alike. */
static void join_halves(halves *l, int least)
{
	vv_array_each(l->items, l->count, come) {
		for (size_t k = 0; !come->pair.was && k < l->count; k++) {
			half *gone = &l->items[k];

			if (!gone->pair.is && halves_likeness(l, gone, come) >= least) {
				come->pair.was = gone->pair.was;
				vv_free(gone->rows);
				memmove(gone, gone + 1, (--l->count - k) * sizeof(*gone));
			}
		}
	}
}

vv_status vv_table_pairs_find(vv_table_pair **out, size_t *count, const vv_subject *a,
			      const vv_document *of_a, const vv_subject *b, const vv_document *of_b,
			      vv_error *err)
{
	vv_auto(halves) l = {0};
	size_t gone = 0, come = 0;
	vv_status rc = VV_OK;

	*count = 0;
	*out = vv_calloc(of_a->count + of_b->count + 1, sizeof(**out));
	l.items = vv_calloc(of_a->count + of_b->count + 1, sizeof(*l.items));
	if (!*out || !l.items) return vv_fail_nomem(err);
	vv_array_each(of_b->tables, of_b->count, is) {
		l.items[l.count].pair.is = is;
		come += !(l.items[l.count++].pair.was = vv_document_has(of_a, is->name));
	}
	vv_array_each(of_a->tables, of_a->count, table) {
		if (!vv_document_has(of_b, table->name)) {
			l.items[l.count++].pair.was = table;
			gone++;
		}
	}
	const bool some = gone > 0 && come > 0 && gone <= PAIRS_MAX / come;

	for (size_t i = 0; some && i < l.count && rc == VV_OK; i++) {
		const vv_table_pair *p = &l.items[i].pair;
		const vv_document_table *only = p->was ? p->was : p->is;

		if (!(p->was && p->is) && !only->beside) {
			rc = read_rows(&l.items[i], p->was ? a : b, only->name, err);
		}
	}
	for (int least = 100; some && rc == VV_OK && least >= VV_RENAMED_MIN; least -= 10) {
		join_halves(&l, least);
	}
	for (; *count < l.count; ++*count) {
		(*out)[*count] = l.items[*count].pair;
	}
	return rc;
}

/* The document of a file in a commit. *is false: no reader supports it. */
static vv_status open_at(vv_subject *s, vv_subject_document *d, bool *is, vv_repository *r,
			 vv_dataset_reader *reader, const vv_lineage_file *f, vv_error *err)
{
	vv_auto(char) *path = vv_strndup(f->path, strlen(f->path) - f->tail);
	vv_status rc = path ? vv_subject_find(
				      s, r, reader,
				      &(vv_version_name){.path = path, .commit = &f->commit}, err)
			    : vv_fail_nomem(err);

	*is = false;
	rc = rc < 0 ? rc : vv_subject_document_open(d, is, s, err);
	s->text = f->path; /* path is freed */
	return excuse_unreadable(rc, err);
}

static vv_status table_was(void *reader, vv_repository *r, const vv_lineage_file *now,
			   const vv_lineage_file *before, char **out, vv_error *err)
{
	vv_auto(vv_subject) a = {0}, b = {0};
	vv_auto(vv_subject_document) of_a = {.temp = NULL}, of_b = {.temp = NULL};
	vv_auto_free vv_table_pair *pairs = NULL;
	const char *table = now->path + strlen(now->path) - now->tail + 1;
	size_t count = 0;
	bool is;
	vv_status rc = open_at(&a, &of_a, &is, r, reader, before, err);

	if (rc < 0 || !is || vv_document_has(&of_a.document, table) ||
	    (rc = open_at(&b, &of_b, &is, r, reader, now, err)) < 0 || !is) {
		return rc;
	}
	rc = vv_table_pairs_find(&pairs, &count, &a, &of_a.document, &b, &of_b.document, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (pairs[i].was && pairs[i].is && strcmp(pairs[i].is->name, table) == 0) {
			*out = vv_strdup(pairs[i].was->name);
			rc = *out ? VV_OK : vv_fail_nomem(err);
		}
	}
	return rc;
}

vv_lineage_tables vv_table_lineage(vv_dataset_reader *reader)
{
	return (vv_lineage_tables){.was = table_was, .payload = reader};
}
