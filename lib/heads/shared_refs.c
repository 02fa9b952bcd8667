/*
 * shared_refs: what words mean.
 */
#include "lib/heads/shared_refs.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/head.h"
#include "repo/git/run_git.h"

typedef struct choosing {
	vv_repository *repo;
	vv_shared_refs *refs;
} choosing;

void vv_shared_refs_clear(vv_shared_refs *l)
{
	vv_array_clear(l->items, l->count, it, vv_ref_clear(it));
	memset(l, 0, sizeof(*l));
}

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	vv_shared_refs *l = payload;

	if (vv_array_find(l->items, l->count, it, strcmp(it->name, ref->name) == 0)) return VV_OK;
	char *name = vv_strdup(ref->name);
	return vv_array_own(l->items, l->count, l->cap, name,
			    (vv_ref){.name = name,
				     .id = ref->id,
				     .commit = ref->commit,
				     .annotated = ref->annotated})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status add_named(choosing *c, const char *name, bool *found, vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	const vv_status rc = vv_ref_get(c->repo, name, &ref, err);

	*found = rc == VV_OK;
	return rc == VV_OK ? add_ref(c->refs, &ref, err) : rc;
}

static vv_status add_word(choosing *c, const char *word, vv_error *err)
{
	static const char *const folders[] = {"refs/heads/", "refs/tags/", ""};
	bool found = false;
	vv_status rc = VV_OK;

	for (size_t i = 0; !found && i < sizeof(folders) / sizeof(folders[0]); i++) {
		vv_auto(char) *name = vv_asprintf("%s%s", folders[i], word);
		if (!*folders[i] && strncmp(word, "refs/heads/", 11) != 0 &&
		    strncmp(word, "refs/tags/", 10) != 0) {
			continue;
		}
		if ((rc = vv_alloc_ok(name, err)) == VV_OK) {
			rc = add_named(c, name, &found, err);
		}
		if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	}
	return found ? VV_OK
		     : vv_fail(err, VV_ENOTFOUND, "no branch or tag is called '%s'",
			       vv_text_shows(word));
}

/* Adds tags reachable from the branch. */
static vv_status add_merged_tags(choosing *c, const char *branch, vv_error *err)
{
	const char *args[] = {"tag", "--list", "--merged", branch, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT, name = VV_BUF_INIT;
	const vv_git_call call = {.args = args, .repo = c->repo, .output = &out};
	bool found;
	vv_status rc = vv_git_must(&call, "listing tags", err);

	for (vv_line l = {.rest = vv_buf_cstr(&out)}; rc == VV_OK && vv_line_next(&l);) {
		vv_buf_reset(&name);
		vv_buf_printf(&name, "refs/tags/%.*s", (int)l.len, l.text);
		if ((rc = vv_buf_ok(&name, err)) == VV_OK) {
			rc = add_named(c, name.data, &found, err);
		}
	}
	return rc;
}

/* HEAD's branch if it is one of them, else the first. */
static void sort_refs(vv_shared_refs *l, const char *branch)
{
	l->head = NULL;
	if (l->count > 1) {
		qsort(l->items, l->count, sizeof(*l->items), vv_text_order);
	}
	vv_array_each(l->items, l->count, item) {
		const char *name = item->name;
		if (strncmp(name, "refs/heads/", 11) == 0 &&
		    (!l->head || (branch && strcmp(name, branch) == 0))) {
			l->head = name;
		}
	}
}

vv_status vv_shared_refs_choose(vv_shared_refs *out, vv_repository *r, const vv_refs_choice *choice,
				vv_error *err)
{
	choosing c = {.repo = r, .refs = out};
	vv_auto(vv_head) head = {0};
	bool found;
	vv_status rc = vv_head_read(r, &head, err);

	memset(out, 0, sizeof(*out));
	for (int i = 0; rc == VV_OK && i < choice->word_count; i++) {
		rc = add_word(&c, choice->words[i], err);
	}
	if (rc == VV_OK && choice->all) {
		if ((rc = vv_refs_each(r, "refs/heads/", add_ref, out, err)) == VV_OK) {
			rc = vv_refs_each(r, "refs/tags/", add_ref, out, err);
		}
	} else if (rc == VV_OK && choice->word_count == 0 && head.branch && !head.unborn) {
		if ((rc = add_named(&c, head.branch, &found, err)) == VV_OK) {
			rc = add_merged_tags(&c, head.branch, err);
		}
	}
	if (rc == VV_OK) {
		sort_refs(out, head.branch);
	}
	return rc;
}

static bool is_shared(const char *name)
{
	return strncmp(name, "refs/heads/", 11) == 0 || strncmp(name, "refs/tags/", 10) == 0;
}

static bool is_among(const vv_push_ref *moved, size_t count, const char *name)
{
	return vv_array_find(moved, count, it, strcmp(it->name, name) == 0) != NULL;
}

vv_status vv_shared_refs_move(vv_shared_refs *out, const char *list, const vv_push_ref *moved,
			      size_t count, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_head_ref was;
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_ref ref = {.name = (char *)(uintptr_t)moved[i].name, .id = moved[i].id};
		if (!vv_oid_is_null(&ref.id) && is_shared(ref.name)) {
			rc = add_ref(out, &ref, err);
		}
	}
	while (rc == VV_OK && vv_head_refs_next(&was, &list)) {
		vv_buf_set(&name, was.name, was.len);
		if ((rc = vv_buf_ok(&name, err)) == VV_OK && !is_among(moved, count, name.data)) {
			const vv_ref ref = {.name = name.data, .id = was.id};
			rc = add_ref(out, &ref, err);
		}
	}
	if (rc == VV_OK) {
		sort_refs(out, NULL);
	}
	return rc;
}

vv_status vv_shared_refs_add(vv_shared_refs *l, const char *name, const vv_oid *id, vv_error *err)
{
	const vv_ref ref = {.name = (char *)(uintptr_t)name, .id = *id, .commit = *id};
	const char *head = l->head;
	const vv_status rc = add_ref(l, &ref, err);

	if (rc == VV_OK) {
		sort_refs(l, head);
	}
	return rc;
}

const vv_oid *vv_shared_refs_head(const vv_shared_refs *l)
{
	size_t i = 0;

	while (l->items[i].name != l->head) {
		i++;
	}
	return &l->items[i].commit;
}

void vv_shared_refs_put(vv_buf *out, const vv_shared_refs *l)
{
	vv_array_each(l->items, l->count, item) {
		vv_buf_printf(out, "%s %s\n", vv_oid_shows(&item->id), item->name);
	}
}
