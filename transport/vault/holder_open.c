/*
 * holder_open: knows which kind a URL is of.
 */
#include "transport/vault/holder_open.h"

#include "base/text.h"
#include "transport/line/url.h"
#include "transport/vault/folder_holder.h"
#include "transport/vault/ipfs_holder.h"
#include "transport/vault/s3_holder.h"
#include "transport/vault/server_holder.h"
#include "transport/vault/sftp_holder.h"

vv_status vv_vault_holder_open(vv_vault_holder **out, const vv_holder_facts *facts,
			       const vv_connect_options *connect, bool make, vv_error *err)
{
	vv_url u;
	vv_status rc = vv_url_read(&u, facts->url, err);

	*out = NULL;
	if (rc < 0) {
		return rc;
	}
	if (u.kind == VV_URL_PATH) {
		rc = vv_folder_holder_open(out, u.path, facts, make, err);
	} else if (u.kind == VV_URL_SFTP) {
		rc = vv_sftp_holder_open(out, &u, facts, connect, make, err);
	} else if (u.kind == VV_URL_S3) {
		rc = vv_s3_holder_open(out, &u, facts, connect, make, err);
	} else if (u.kind == VV_URL_HTTP || u.kind == VV_URL_SSH) {
		rc = vv_server_holder_open(out, &u, facts, connect, err);
	} else if (u.kind == VV_URL_IPFS) {
		rc = vv_ipfs_holder_open(out, u.text, facts, connect, err);
	} else {
		vv_fail(err, VV_EUSAGE, "'%s' is no place that can be a holder", u.text);
		rc = vv_hint(
			err,
			"a holder is a folder, sftp://host/folder, s3://bucket, a varve server "
			"(http://, https://, ssh:// or host:path), or an IPFS node (ipfs+http://, "
			"ipfs+https://)");
	}
	vv_url_clear(&u);
	return rc < 0 ? vv_prefix(err, "holder '%s'", vv_text_shows(facts->name)) : VV_OK;
}
