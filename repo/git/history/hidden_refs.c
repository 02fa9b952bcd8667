/*
 * hidden_refs: the patterns.
 */
#include "repo/git/history/hidden_refs.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "repo/git/history/expired.h"

typedef struct loading {
	vv_hidden_refs *out;
	char own[48]; /* "uploadpack.hiderefs" */
} loading;

static vv_status add_pattern(void *payload, const char *name, const char *value,
			     const char *level VV_UNUSED, vv_error *err)
{
	const loading *l = payload;
	size_t len = strlen(value);

	if (strcmp(name, "transfer.hiderefs") != 0 && strcmp(name, l->own) != 0) return VV_OK;
	while (len > 0 && value[len - 1] == '/') {
		len--;
	}
	return vv_string_list_add(&l->out->patterns, vv_strndup(value, len), err);
}

vv_status vv_hidden_refs_load(vv_hidden_refs *out, vv_repository *r, const char *service,
			      vv_error *err)
{
	loading l = {.out = out};

	memset(out, 0, sizeof(*out));
	(void)snprintf(l.own, sizeof(l.own), "%s.hiderefs", service);
	return vv_config_each(r, "", add_pattern, &l, err);
}

void vv_hidden_refs_clear(vv_hidden_refs *h)
{
	vv_string_list_clear(&h->patterns);
}

bool vv_hidden_refs_has(const vv_hidden_refs *h, const char *ref_name)
{
	for (size_t i = h->patterns.count; i > 0; i--) {
		const char *pattern = h->patterns.items[i - 1];
		bool shows = *pattern == '!';

		pattern += shows;
		pattern += *pattern == '^'; /* the name without a namespace; here all are */
		size_t len = strlen(pattern);
		if (strncmp(ref_name, pattern, len) == 0 &&
		    (ref_name[len] == '\0' || ref_name[len] == '/')) {
			return !shows;
		}
	}
	return false;
}

bool vv_ref_is_shown(const vv_hidden_refs *h, const char *ref_name)
{
	return (strncmp(ref_name, "refs/heads/", 11) == 0 ||
		strncmp(ref_name, "refs/tags/", 10) == 0) &&
	       !vv_hidden_refs_has(h, ref_name);
}

bool vv_ref_is_head(const char *ref_name)
{
	return strncmp(ref_name, VV_HEADS, strlen(VV_HEADS)) == 0;
}

bool vv_ref_is_expired(const char *ref_name)
{
	return strcmp(ref_name, VV_EXPIRED_REF) == 0;
}

bool vv_ref_is_hosts_head(const char *name, size_t len)
{
	const size_t heads = strlen(VV_HEADS), branches = strlen(VV_HEADS_BRANCHES);

	return (len > heads && memcmp(name, VV_HEADS, heads) == 0) ||
	       (len > branches && memcmp(name, VV_HEADS_BRANCHES, branches) == 0);
}

bool vv_ref_is_served(const vv_hidden_refs *h, const char *ref_name)
{
	return vv_ref_is_shown(h, ref_name) ||
	       ((vv_ref_is_head(ref_name) || vv_ref_is_expired(ref_name)) &&
		!vv_hidden_refs_has(h, ref_name));
}
