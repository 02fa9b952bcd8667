/*
 * shown_refs: copies of the lists of a hello.
 */
#include "lib/heads/shown_refs.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs.h"

#define NAMES_MAX 10u /* in a message */

void vv_shown_refs_clear(vv_shown_refs *s)
{
	vv_free_all(s->refs, s->others);
	vv_buf_clear_all(&s->left_out, &s->branch);
	memset(s, 0, sizeof(*s));
}

static bool is_tag(const char *name)
{
	return strncmp(name, "refs/tags/", 10) == 0;
}

static vv_status copy_refs(vv_shown_refs *s, const vv_hello *shown, const vv_judged *j,
			   vv_repository *r, vv_unsigned_use use, vv_error *err)
{
	s->hello.ref_count = 0;
	vv_array_each(shown->refs, shown->ref_count, ref) {
		bool is = use == VV_UNSIGNED_KEPT ||
			  (use == VV_UNSIGNED_TAGS && !is_tag(ref->name));
		const vv_status rc = is ? VV_OK : vv_judged_names(j, r, ref->name, NULL, &is, err);

		if (rc < 0) return rc;
		if (is) {
			s->refs[s->hello.ref_count++] = *ref;
		} else {
			vv_buf_printf(&s->left_out, "%s\n", ref->name);
		}
	}
	return vv_buf_ok(&s->left_out, err);
}

/* The place has the branch under another name, or the commits below another branch. */
static void add_default(vv_shown_refs *s, const vv_judged *j)
{
	const char *name = s->hello.head;
	vv_remote_ref ref = {.name = name};

	if (vv_array_find(s->refs, s->hello.ref_count, it, strcmp(it->name, name) == 0) ||
	    !vv_head_commit_ref(&j->newest, name, &ref.id)) {
		return;
	}
	ref.peeled = ref.id;
	vv_oid_text(s->hex, &ref.id);
	s->added = s->hex;
	s->refs[s->hello.ref_count++] = ref;
}

vv_status vv_shown_refs_make(vv_shown_refs *out, const vv_hello *shown, const vv_judged *j,
			     vv_repository *r, vv_unsigned_use use, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	out->hello = *shown;
	out->refs = vv_calloc(shown->ref_count + 1, sizeof(*out->refs));
	out->others = vv_calloc(shown->other_count + 1, sizeof(*out->others));
	if (!out->refs || !out->others) return vv_fail_nomem(err);
	vv_head_commit_put_branch(&out->branch, &j->newest);
	vv_status rc = vv_buf_ok(&out->branch, err);
	if (rc < 0 || (rc = copy_refs(out, shown, j, r, use, err)) < 0) return rc;
	out->hello.refs = out->refs;
	out->hello.others = out->others;
	out->hello.other_count = 0;
	vv_array_each(shown->others, shown->other_count, ref) {
		if (use < VV_UNSIGNED_DROPPED && strcmp(ref->name, "HEAD") != 0) {
			out->others[out->hello.other_count++] = *ref;
		}
	}
	out->hello.head = out->branch.len > 0 ? out->branch.data : NULL;
	out->hello.detached = (vv_oid){{0}};
	if (use == VV_UNSIGNED_REPLACED && out->hello.head) {
		add_default(out, j);
	}
	return VV_OK;
}

bool vv_shown_refs_lacks(const vv_buf *left_out, const char *word)
{
	for (vv_line l = {.rest = vv_buf_cstr(left_out)}; vv_line_next(&l);) {
		const char *name = l.text;
		size_t len = l.len;

		if (strncmp(word, "refs/", 5) != 0) {
			const size_t folder = is_tag(name) ? strlen("refs/tags/")
							   : strlen("refs/heads/");
			name += folder;
			len -= folder;
		}
		if (strlen(word) == len && memcmp(word, name, len) == 0) return true;
	}
	return false;
}

void vv_shown_refs_put(vv_buf *out, const vv_buf *list)
{
	size_t count = 0;

	for (vv_line l = {.rest = vv_buf_cstr(list)}; vv_line_next(&l); count++) {
		vv_auto(char) *name = vv_strndup(l.text, l.len);

		if (count < NAMES_MAX && name) {
			vv_buf_printf(out, "%s%s", count > 0 ? ", " : "",
				      vv_text_shows(vv_ref_short_name(name)));
		}
	}
	if (count > NAMES_MAX) {
		vv_buf_printf(out, " and %zu more", count - NAMES_MAX);
	}
}
