/*
 * erase_plan: the lines of the plan: a name, a space and an id.
 */
#include "lib/space/erase_plan.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"

#define FIRST_LINE "erase plan 1"
#define PLAN_MAX ((size_t)1 << 30)

void vv_erase_plan_clear(vv_erase_plan *p)
{
	vv_oids_clear(&p->found);
	vv_oids_clear(&p->objects);
	vv_cid_set_free(p->roots);
	*p = (vv_erase_plan){.roots = NULL};
}

static char *plan_file(vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "erase-plan", (char *)NULL);
}

/* --- making ------------------------------------------------------------------------------------------- */

static vv_status put_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	vv_buf *text = payload;

	vv_buf_printf(text, "%s %s\n", ref->name, vv_oid_shows(&ref->id));
	return vv_buf_ok(text, err);
}

static vv_status hash_refs(vv_oid *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_refs_each(r, "", put_ref, &text, err);

	return rc < 0 ? rc : vv_blob_id(vv_buf_cstr(&text), text.len, out, err);
}

static vv_status add_found(vv_oids *out, const vv_erase *found, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < found->hit_count; i++) {
		rc = vv_oids_add(out, &found->hits[i].blob, err);
	}
	for (size_t i = 0; rc == VV_OK && i < found->note_count; i++) {
		if (!vv_oid_is_null(&found->notes[i].day.commit)) {
			rc = vv_oids_add(out, &found->notes[i].day.commit, err);
		}
	}
	return rc;
}

vv_status vv_erase_plan_make(vv_erase_plan *p, const vv_erase *found, vv_repository *r,
			     vv_error *err)
{
	vv_status rc;

	if (!(p->roots = vv_cid_set_new())) return vv_fail_nomem(err);
	if ((rc = hash_refs(&p->refs, r, err)) < 0) return rc;
	return add_found(&p->found, found, err);
}

vv_status vv_erase_plan_write(const vv_erase_plan *p, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_new_file) f = {.fd = -1};
	vv_auto(char) *file = plan_file(r);
	vv_status rc;

	vv_buf_printf(&text, FIRST_LINE "\nrefs %s\n", vv_oid_shows(&p->refs));
	vv_buf_puts(&text, p->applied ? "applied\n" : "");
	vv_array_each(p->found.items, p->found.count, id) {
		vv_buf_printf(&text, "found %s\n", vv_oid_shows(id));
	}
	vv_array_each(p->objects.items, p->objects.count, id) {
		vv_buf_printf(&text, "object %s\n", vv_oid_shows(id));
	}
	for (size_t i = 0; i < vv_cid_set_count(p->roots); i++) {
		vv_buf_printf(&text, "root %s\n", vv_cid_shows(vv_cid_set_at(p->roots, i)));
	}
	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_buf_ok(&text, err)) < 0 || (rc = vv_mkdirs_above(file, err)) < 0 ||
	    (rc = vv_new_file_open(&f, vv_repository_varvedir(r), VV_WRITE_TEMP, err)) < 0 ||
	    (rc = vv_new_file_mode(&f, 0600, err)) < 0 ||
	    (rc = vv_new_file_put(&f, text.data, text.len, err)) < 0 ||
	    (rc = vv_new_file_end(&f, true, err)) < 0) {
		return rc;
	}
	return vv_new_file_place(&f, file, err);
}

static vv_status add_old(void *payload, const vv_oid *id, vv_error *err)
{
	return vv_oids_add(payload, id, err);
}

vv_status vv_erase_plan_applied(vv_erase_plan *p, const vv_erase_applied *a, vv_repository *r,
				vv_error *err)
{
	const vv_cid_set *roots = vv_erase_editor_roots(a->editor);
	size_t count;
	const vv_rewritten *changed = vv_rewrite_changed(a->rewrite, &count);
	vv_status rc;

	p->applied = true;
	vv_array_each(changed, count, it) {
		if ((rc = vv_oids_add(&p->objects, &it->old, err)) < 0) return rc;
	}
	for (size_t i = 0; i < vv_cid_set_count(roots); i++) {
		if ((rc = vv_cid_set_note(p->roots, vv_cid_set_at(roots, i), err)) < 0) return rc;
	}
	if ((rc = vv_erase_editor_old(a->editor, add_old, &p->objects, err)) < 0) return rc;
	return vv_erase_plan_write(p, r, err);
}

/* --- reading --------------------------------------------------------------------------------------------- */

static vv_status bad_line(size_t line, vv_error *err)
{
	return vv_fail(err, VV_EINPUT,
		       ".git/varve/erase-plan, line %s: expected an id\n"
		       "make a new one with --plan",
		       vv_text_count(line));
}

static vv_status read_line(vv_erase_plan *p, const char *text, size_t len, size_t line,
			   vv_error *err)
{
	const char *space = memchr(text, ' ', len);
	const size_t name = space ? (size_t)(space - text) : len;
	const char *value = space ? space + 1 : text + len;
	const size_t size = (size_t)(text + len - value);
	vv_cid root;
	vv_oid id;

	if (name == strlen("applied") && memcmp(text, "applied", name) == 0) {
		p->applied = true;
		return VV_OK;
	}
	if (name == strlen("root") && memcmp(text, "root", name) == 0) {
		if (vv_cid_parse(&root, value, size, VV_IGNORED) < 0) return bad_line(line, err);
		return vv_cid_set_note(p->roots, &root, err);
	}
	if (size != VV_OID_TEXT || !vv_oid_parse(&id, value, VV_OID_TEXT)) {
		return bad_line(line, err);
	}
	if (name == strlen("refs") && memcmp(text, "refs", name) == 0) {
		p->refs = id;
		return VV_OK;
	}
	const bool is_object = name == strlen("object") && memcmp(text, "object", name) == 0;
	return vv_oids_add(is_object ? &p->objects : &p->found, &id, err);
}

vv_status vv_erase_plan_read(vv_erase_plan *p, vv_repository *r, vv_error *err)
{
	vv_auto(char) *file = plan_file(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t line = 0;
	vv_status rc;

	if (!file || !(p->roots = vv_cid_set_new())) return vv_fail_nomem(err);
	if ((rc = vv_read_regular(&text, file, PLAN_MAX, err)) < 0) return rc;
	for (size_t at = 0, len; at < text.len; at += len + 1) {
		const char *end = memchr(text.data + at, '\n', text.len - at);

		len = end ? (size_t)(end - text.data) - at : text.len - at;
		if (++line == 1 &&
		    (len != strlen(FIRST_LINE) || memcmp(text.data, FIRST_LINE, len) != 0)) {
			return vv_fail(
				err, VV_ENOSUPPORT,
				".git/varve/erase-plan is not a plan of this version of varve\n"
				"make a new one with --plan");
		}
		if (line > 1 && (rc = read_line(p, text.data + at, len, line, err)) < 0) return rc;
	}
	return VV_OK;
}

static bool has_id(const vv_oids *list, const vv_oid *id)
{
	return vv_array_find(list->items, list->count, it, vv_oid_equal(it, id)) != NULL;
}

static vv_status fail_outdated(const char *what, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "the plan is outdated: %s\nmake a new one with --plan in place of --apply",
		       what);
}

vv_status vv_erase_plan_compare(const vv_erase_plan *p, const vv_erase *found, vv_repository *r,
				vv_error *err)
{
	vv_auto(vv_oids) now = {0};
	vv_oid refs;
	vv_status rc = hash_refs(&refs, r, err);

	if (rc < 0 || (rc = add_found(&now, found, err)) < 0) return rc;
	if (!p->applied && !vv_oid_equal(&refs, &p->refs)) {
		return fail_outdated("a branch, tag or other ref has moved since", err);
	}
	vv_array_each(now.items, now.count, id) {
		if (!has_id(&p->found, id)) {
			return fail_outdated("versions or commits were found that it does not have",
					     err);
		}
	}
	return p->applied || now.count == p->found.count
		       ? VV_OK
		       : fail_outdated("it has versions or commits that were not found", err);
}

vv_status vv_erase_plan_end(vv_erase_plan *p, vv_repository *r, vv_error *err)
{
	vv_oids_clear(&p->found);
	vv_oids_clear(&p->objects);
	vv_cid_set_reset(p->roots);
	p->refs = (vv_oid){{0}};
	return vv_erase_plan_write(p, r, err);
}
