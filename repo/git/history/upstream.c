/*
 * upstream: which remote-tracking ref a branch follows: branch.<name>.remote and
 * .merge, mapped by the remote's fetch refspecs.
 *
 * Not libgit2's function: 1.5 leaks half a megabyte in each call, through its use of
 * regular expressions.
 */
#include <stdio.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/repository_internal.h"

typedef struct mapping {
	const char *key;   /* "remote.<name>.fetch" */
	const char *merge; /* the ref over there */
	char *tracking;    /* the ref here; the first refspec that fits decides */
} mapping;

/* One side of a refspec against a name: *star is what its '*' stands for. */
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

static vv_status map_refspec(void *payload, const char *name, const char *value, const char *level,
			     vv_error *err)
{
	mapping *m = payload;
	const char *colon, *star = "", *p;
	size_t star_len = 0;
	vv_buf b = VV_BUF_INIT;

	(void)level;
	if (m->tracking || strcmp(name, m->key) != 0 || value[0] == '^') {
		return VV_OK;
	}
	value += value[0] == '+';
	colon = strchr(value, ':');
	if (!colon || !colon[1] ||
	    !fits(value, (size_t)(colon - value), m->merge, &star, &star_len)) {
		return VV_OK;
	}
	for (p = colon + 1; *p; p++) {
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
	vv_buf key = VV_BUF_INIT;
	vv_status rc;

	*out = NULL;
	vv_buf_printf(&key, "branch.%s.%s", branch, what);
	if ((rc = vv_buf_ok(&key, err)) == VV_OK) {
		rc = vv_config_string(r, key.data, out, err);
	}
	vv_buf_clear(&key);
	return rc;
}

/* The upstream's name; VV_ENOTFOUND when there is none. */
static vv_status find_upstream(vv_repository *r, const char *branch_ref, char **out, vv_error *err)
{
	const char *branch = branch_ref;
	char *remote = NULL, *merge = NULL;
	vv_buf key = VV_BUF_INIT;
	mapping m = {NULL, NULL, NULL};
	vv_status rc;

	*out = NULL;
	if (strncmp(branch, "refs/heads/", 11) != 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is no branch", vv_text_shows(branch_ref));
	}
	branch += 11;
	if ((rc = branch_setting(r, branch, "remote", &remote, err)) < 0 ||
	    (rc = branch_setting(r, branch, "merge", &merge, err)) < 0) {
		goto done;
	}
	if (strcmp(remote, ".") == 0) { /* a branch of this repository */
		*out = merge;
		merge = NULL;
		goto done;
	}
	vv_buf_printf(&key, "remote.%s.fetch", remote);
	m.key = vv_buf_cstr(&key);
	m.merge = merge;
	if ((rc = vv_buf_ok(&key, err)) == VV_OK &&
	    (rc = vv_config_each(r, key.data, map_refspec, &m, err)) == VV_OK) {
		*out = m.tracking;
		rc = m.tracking ? VV_OK : VV_ENOTFOUND;
		m.tracking = NULL;
	}
done:
	vv_free(m.tracking);
	vv_buf_clear(&key);
	vv_free(merge);
	vv_free(remote);
	if (rc == VV_ENOTFOUND) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no upstream branch",
			       vv_text_shows(branch));
	}
	return rc;
}

vv_status vv_branch_upstream(vv_repository *r, const char *branch_ref, char **upstream,
			     uint64_t *ahead, uint64_t *behind, vv_error *err)
{
	vv_ref ours = {0}, theirs = {0};
	vv_status rc;

	*ahead = *behind = 0;
	if ((rc = find_upstream(r, branch_ref, upstream, err)) < 0 ||
	    (rc = vv_ref_get(r, branch_ref, &ours, err)) < 0) {
		goto done;
	}
	rc = vv_ref_get(r, *upstream, &theirs, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_EMISSING, "the upstream '%s' is gone",
			     vv_text_shows(*upstream));
	} else if (rc == VV_OK) {
		rc = vv_ahead_behind(r, &ours.commit, &theirs.commit, ahead, behind, err);
	}
done:
	if (rc < 0 && rc != VV_EMISSING) {
		vv_free(*upstream);
		*upstream = NULL;
	}
	vv_ref_clear(&theirs);
	vv_ref_clear(&ours);
	return rc;
}
