/*
 * branch: the upstream of a branch: branch.<name>.remote and branch.<name>.merge.
 */
#include <assert.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"

/* A setting's name; NULL: out of memory. */
static char *setting_key(const char *section, const char *name, const char *what)
{
	return vv_asprintf("%s.%s.%s", section, name, what);
}

typedef struct mapping {
	const char *key;   /* "remote.<name>.fetch" */
	const char *merge; /* the ref over there */
	char *tracking;    /* the ref here; the first refspec that fits decides */
} mapping;

/* One side of a refspec against a name: *star: the part matched by '*'. */
static bool fits(const char *side, size_t len, const char *name, const char **star,
		 size_t *star_len)
{
	const char *at = memchr(side, '*', len);
	size_t head = at ? (size_t)(at - side) : len, tail = at ? len - head - 1 : 0;
	size_t name_len = strlen(name);

	if (name_len < head + tail || (!at && name_len != len) || memcmp(side, name, head) != 0 ||
	    memcmp(side + len - tail, name + name_len - tail, tail) != 0) {
		return false;
	}
	*star = name + head;
	*star_len = name_len - head - tail;
	return true;
}

static vv_status map_refspec(void *payload, const char *name, const char *value,
			     const char *level VV_UNUSED, vv_error *err)
{
	mapping *m = payload;
	const char *star = "";
	size_t star_len = 0;
	vv_buf b = VV_BUF_INIT;

	if (m->tracking || strcmp(name, m->key) != 0 || value[0] == '^') return VV_OK;
	value += value[0] == '+';
	const char *colon = strchr(value, ':');
	if (!colon || !colon[1] ||
	    !fits(value, (size_t)(colon - value), m->merge, &star, &star_len)) {
		return VV_OK;
	}
	for (const char *p = colon + 1; *p; p++) {
		if (*p == '*') {
			vv_buf_put(&b, star, star_len);
		} else {
			vv_buf_putc(&b, *p);
		}
	}
	m->tracking = vv_buf_detach(&b);
	return m->tracking ? VV_OK : vv_fail_nomem(err);
}

static vv_status branch_setting(vv_repository *r, const char *branch, const char *what, char **out,
				vv_error *err)
{
	vv_auto(char) *key = setting_key("branch", branch, what);

	*out = NULL;
	return key ? vv_config_string(r, key, out, err) : vv_fail_nomem(err);
}

/* The upstream's name; VV_ENOTFOUND when there is none. */
static vv_status find_upstream(vv_repository *r, const char *branch, char **out, vv_error *err)
{
	vv_auto(char) *remote = NULL, *merge = NULL, *key = NULL;
	mapping m = {NULL, NULL, NULL};
	vv_status rc;

	if ((rc = branch_setting(r, branch, "remote", &remote, err)) < 0 ||
	    (rc = branch_setting(r, branch, "merge", &merge, err)) < 0) {
		return rc;
	}
	if (strcmp(remote, ".") == 0) { /* a branch of this repository */
		return vv_hand_over(out, &merge);
	}
	if (!(key = setting_key("remote", remote, "fetch"))) return vv_fail_nomem(err);
	m.key = key;
	m.merge = merge;
	if ((rc = vv_config_each(r, key, map_refspec, &m, err)) < 0) {
		vv_free(m.tracking);
		return rc;
	}
	*out = m.tracking;
	return *out ? VV_OK : VV_ENOTFOUND;
}

vv_status vv_branch_follow(vv_repository *r, const char *branch_ref, const char *remote,
			   const char *merge_ref, vv_error *err)
{
	const char *name = branch_ref + strlen("refs/heads/");

	assert(strncmp(branch_ref, "refs/heads/", strlen("refs/heads/")) == 0);
	vv_auto(char) *first = setting_key("branch", name, "remote"),
		      *second = setting_key("branch", name, "merge");
	const vv_config_edit edits[] = {{.key = first, .value = remote},
					{.key = second, .value = merge_ref}};

	return first && second ? vv_config_change(r, edits, 2, err) : vv_fail_nomem(err);
}

vv_status vv_branch_upstream(vv_repository *r, const char *branch_ref, char **upstream,
			     uint64_t *ahead, uint64_t *behind, vv_error *err)
{
	vv_auto(vv_ref) ours = {0}, theirs = {0};
	vv_auto(char) *name = NULL;
	vv_status rc;

	*ahead = *behind = 0;
	*upstream = NULL;
	if (strncmp(branch_ref, "refs/heads/", 11) != 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not a branch",
			       vv_text_shows(branch_ref));
	}
	if ((rc = find_upstream(r, branch_ref + 11, &name, err)) == VV_ENOTFOUND) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no upstream branch",
			       vv_text_shows(branch_ref + 11));
	}
	if (rc < 0 || (rc = vv_ref_get(r, branch_ref, &ours, err)) < 0) return rc;
	rc = vv_ref_get(r, name, &theirs, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_EMISSING, "the upstream branch '%s' no longer exists",
			     vv_text_shows(name));
	} else if (rc == VV_OK) {
		rc = vv_ahead_behind(r, &ours.commit, &theirs.commit, ahead, behind, err);
	}
	if (rc == VV_OK || rc == VV_EMISSING) {
		*upstream = vv_take(&name);
	}
	return rc;
}
