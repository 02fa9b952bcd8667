/*
 * hold_name: which names are none of ours.
 */
#include "cmd/vault/hold/hold_name.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/error.h"
#include "base/keys/key.h"

const vv_place_mark vv_hold_mark = {"varve-holder", "This folder keeps sealed copies for varve.\n",
				    "copies"};

bool vv_hold_is_author(const char *name, size_t len)
{
	return len > 1 && len < VV_DID_TEXT && name[0] == 'z' &&
	       !vv_array_find(name, len, c, !vv_is_alnum(*c));
}

bool vv_hold_is_cid(const char *name)
{
	vv_cid cid;

	return vv_cid_parse(&cid, name, strlen(name), VV_IGNORED) == VV_OK;
}

bool vv_hold_is_record(const char *name)
{
	return strspn(name, "0123456789") == 10 && name[10] == '-' && vv_hold_is_cid(name + 11);
}

bool vv_hold_is_folder(const char *name)
{
	return strcmp(name, "shards") == 0 || strcmp(name, "records") == 0 ||
	       (strncmp(name, "records/", 8) == 0 && vv_hold_is_author(name + 8, strlen(name + 8)));
}

bool vv_hold_is_file(const char *name)
{
	const char *slash = strrchr(name, '/');

	if (strncmp(name, "shards/", 7) == 0) return vv_hold_is_cid(name + 7);
	return strncmp(name, "records/", 8) == 0 && slash > name + 8 &&
	       vv_hold_is_author(name + 8, (size_t)(slash - name - 8)) &&
	       vv_hold_is_record(slash + 1);
}

void vv_hold_below(char out[VV_HOLD_NAME_LEN], const vv_cid *vault, const char *name)
{
	(void)snprintf(out, VV_HOLD_NAME_LEN, "%s/%s", vv_cid_shows(vault), name);
}

void vv_hold_shard_name(char out[VV_HOLD_NAME_LEN], const vv_cid *vault, const vv_cid *shard)
{
	char name[VV_CID_TEXT + 8] = "shards/";

	vv_cid_text(name + 7, shard);
	vv_hold_below(out, vault, name);
}

void vv_hold_record_name(char out[VV_HOLD_NAME_LEN], const vv_cid *vault, const char *name)
{
	(void)snprintf(out, VV_HOLD_NAME_LEN, "%s/records/%s", vv_cid_shows(vault), name);
}

typedef struct cid_listing {
	vv_cid_listed_fn fn;
	void *payload;
	bool folders; /* folders are listed, and not files */
} cid_listing;

static vv_status on_cid(void *payload, const vv_listed *e, vv_error *err)
{
	const cid_listing *l = payload;
	vv_cid cid;

	return (e->size == UINT64_MAX) == l->folders &&
			       vv_cid_parse(&cid, e->name, strlen(e->name), VV_IGNORED) == VV_OK
		       ? l->fn(l->payload, &cid, e->size, err)
		       : VV_OK;
}

vv_status vv_hold_list(const vv_place *p, const vv_cid *vault, vv_cid_listed_fn fn, void *payload,
		       vv_error *err)
{
	cid_listing l = {fn, payload, vault == NULL};
	char folder[VV_HOLD_NAME_LEN] = "";

	if (vault) {
		vv_hold_below(folder, vault, "shards");
	}
	return vv_place_list(p, folder, on_cid, &l, err);
}
