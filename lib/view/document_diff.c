/*
 * document_diff: the names of compared tables of two documents, and the report on the documents.
 */
#include "lib/view/document_diff.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/documents/document.h"
#include "lib/documents/reader.h"
#include "lib/names/version.h"
#include "lib/view/table_pairs.h"

typedef struct documents {
	vv_subject_document a, b;
	bool has_a, has_b;
} documents;

static void documents_close(documents *d)
{
	vv_subject_document_close(&d->a);
	vv_subject_document_close(&d->b);
}
VV_AUTO_CLEAR(documents, documents_close)

/* *are: a reader supports both, or the one that exists. */
static vv_status open_documents(documents *d, bool *are, const vv_diff_item *i, vv_error *err)
{
	const vv_subject *any = i->b ? i->b : i->a;
	const vv_env *env = NULL;

	if (any && any->repo) {
		env = vv_repository_env(any->repo);
	} else if (any) {
		env = any->env;
	}
	vv_status rc;

	*are = false;
	if (!any || (i->a && i->a->table) || (i->b && i->b->table) ||
	    !vv_document_is_name(any->repo, env, any->path ? any->path : i->path)) {
		return VV_OK;
	}
	if ((i->a && (rc = vv_subject_document_open(&d->a, &d->has_a, i->a, err)) < 0) ||
	    (i->b && (rc = vv_subject_document_open(&d->b, &d->has_b, i->b, err)) < 0)) {
		return rc;
	}
	*are = (!i->a || d->has_a) && (!i->b || d->has_b);
	return VV_OK;
}

/* One table of both, or of the one that has it. */
static vv_status compare_table(const vv_diff_item *whole, const vv_table_pair *t,
			       const vv_diff_how *how, vv_diff_answer *out, vv_error *err)
{
	const vv_document_table *now = t->is ? t->is : t->was, *was = t->was ? t->was : t->is;
	const char *before = whole->old_path ? whole->old_path : whole->path;
	vv_auto(char) *path = vv_asprintf("%s#%s", whole->path, now->name), *old_path = NULL,
		      *name = NULL;
	vv_diff_answer one = {.line = VV_BUF_INIT};
	vv_diff_item item = *whole;
	vv_status rc;

	old_path = vv_asprintf("%s#%s", whole->files ? whole->old_name : before, was->name);
	name = vv_asprintf("%s#%s", whole->files ? whole->new_name : whole->path, now->name);
	if (!path || !old_path || !name) return vv_fail_nomem(err);
	item.path = path;
	if (whole->files) {
		item.old_name = old_path;
		item.new_name = name;
	} else if (whole->old_path || strcmp(was->name, now->name) != 0) {
		item.old_path = old_path;
	}
	item.a = t->was ? item.a : NULL;
	item.b = t->is ? item.b : NULL;
	if ((item.a && (rc = vv_subject_take_table(item.a, was->name, err)) < 0) ||
	    (item.b && (rc = vv_subject_take_table(item.b, now->name, err)) < 0)) {
		return rc;
	}
	rc = vv_diff_item_compare(&one, &item, how, err);
	out->differs = out->differs || one.differs;
	vv_buf_clear(&one.line);
	return rc;
}

/* No table differs: does the file? */
static vv_status compare_whole(const vv_diff_item *item, const vv_diff_how *how,
			       vv_diff_answer *out, vv_error *err)
{
	vv_diff_how whether = *how;
	vv_status rc;

	whether.only_whether = true;
	if ((item->a && (rc = vv_subject_take_table(item->a, NULL, err)) < 0) ||
	    (item->b && (rc = vv_subject_take_table(item->b, NULL, err)) < 0) ||
	    (rc = vv_diff_item_compare(out, item, &whether, err)) < 0) {
		return rc;
	}
	vv_buf_reset(&out->line);
	if (out->differs) {
		vv_text_put_escaped(&out->line, item->path, strlen(item->path));
		vv_buf_puts(&out->line, ": no change in its tables; the file itself changed");
	}
	return vv_buf_ok(&out->line, err);
}

static vv_status compare_documents(const documents *d, const vv_diff_item *item,
				   const vv_diff_how *how, vv_diff_answer *out, vv_error *err)
{
	vv_auto_free vv_table_pair *tables = NULL;
	size_t count;
	vv_status rc = vv_table_pairs_find(&tables, &count, item->a, &d->a.document, item->b,
					   &d->b.document, err);

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		rc = compare_table(item, &tables[i], how, out, err);
	}
	return rc < 0 || out->differs ? rc : compare_whole(item, how, out, err);
}

vv_status vv_document_diff(vv_diff_answer *out, const vv_diff_item *item, const vv_diff_how *how,
			   vv_error *err)
{
	vv_auto(documents) d = {.has_a = false};
	vv_diff_item whole = *item;
	bool are = false;
	vv_status rc = VV_OK;

	*out = (vv_diff_answer){.line = VV_BUF_INIT};
	if (!how->only_whether && !how->patch) { /* else its bytes count */
		rc = open_documents(&d, &are, item, err);
	}
	if (rc == VV_OK) {
		rc = are ? compare_documents(&d, item, how, out, err)
			 : vv_diff_item_compare(out, item, how, err);
	}
	if (rc != VV_ENOSUPPORT) return rc;
	/* A document without a reader. */
	if (item->a) {
		vv_subject_forget(item->a);
	}
	if (item->b) {
		vv_subject_forget(item->b);
	}
	whole.whole = true;
	vv_error_clear(err);
	return vv_diff_item_compare(out, &whole, how, err);
}
