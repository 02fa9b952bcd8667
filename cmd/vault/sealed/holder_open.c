/*
 * holder_open: which kind a URL is of.
 */
#include "cmd/vault/sealed/holder_open.h"

#include "base/hint.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/sealed/server_holder.h"
#include "transport/line/url.h"
#include "transport/places/place_kinds.h"

static bool shard_sized(uint64_t size)
{
	return size % vv_shard_len(1) == 0 && vv_leaves_valid(size / vv_shard_len(1));
}

static vv_status open_place(vv_place *out, const vv_url *u, const vv_holder_facts *facts,
			    const vv_connect_options *connect, bool make, vv_error *err)
{
	const vv_place_facts f = {.domain = facts->domain,
				  .quota = facts->quota,
				  .mark = &vv_hold_mark,
				  .more = VV_HINT_HOLDER_QUOTA,
				  .full = VV_HINT_HOLDER_ROOM,
				  .ours = shard_sized};

	switch (u->kind) {
	case VV_URL_PATH:
		return vv_folder_place_open(out, u->path, &f, make, err);
	case VV_URL_SFTP:
		return vv_sftp_place_open(out, u, &f, connect, make, err);
	case VV_URL_S3:
		return vv_s3_place_open(out, u, &f, connect, make, err);
	case VV_URL_IPFS:
		return vv_ipfs_place_open(out, u->text, &f, connect, err);
	default:
		vv_fail(err, VV_EUSAGE, "'%s' cannot be a holder", u->text);
		return vv_hint(
			err,
			"a holder is a folder, sftp://host/folder, s3://bucket, a varve server "
			"(http://, https://, ssh:// or host:path), or an IPFS node (ipfs+http://, "
			"ipfs+https://)");
	}
}

vv_status vv_vault_holder_open(vv_vault_holder **out, const vv_holder_facts *facts,
			       const vv_connect_options *connect, bool make, vv_error *err)
{
	vv_place place;
	vv_auto(vv_url) u = {0};
	vv_status rc = vv_url_read(&u, facts->url, err);

	*out = NULL;
	if (rc < 0) return rc;
	if (u.kind == VV_URL_HTTP || u.kind == VV_URL_SSH) {
		rc = vv_server_holder_open(out, &u, facts, connect, err);
	} else if ((rc = open_place(&place, &u, facts, connect, make, err)) == VV_OK) {
		rc = vv_vault_holder_new(out, &place, facts->name, err);
	}
	return rc < 0 ? vv_prefix(err, "holder '%s'", vv_text_shows(facts->name)) : VV_OK;
}
