/*
 * place_kinds: which kind of place a URL means.
 */
#include "transport/places/place_kinds.h"

static vv_status open_folder(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect VV_UNUSED, bool make, vv_error *err)
{
	return vv_folder_place_open(out, url->path, facts, make, err);
}

/* One line for each kind. */
static const struct {
	vv_url_kind kind;
	vv_status (*open)(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			  const vv_connect_options *connect, bool make, vv_error *err);
} kinds[] = {{VV_URL_PATH, open_folder},        {VV_URL_SFTP, vv_sftp_place_open},
	     {VV_URL_S3, vv_s3_place_open},     {VV_URL_HTTP, vv_web_place_open},
	     {VV_URL_IPFS, vv_ipfs_place_open}, {VV_URL_RCLONE, vv_rclone_place_open}};

vv_status vv_place_open(vv_place *out, const vv_url *url, const vv_place_choice *choice,
			const vv_place_facts *facts, const vv_connect_options *connect, bool make,
			vv_error *err)
{
	*out = (vv_place){0};
	if (choice->server && (url->kind == VV_URL_HTTP || url->kind == VV_URL_SSH)) {
		return choice->server(out, url, choice->payload, facts, connect, err);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].kind == url->kind && (choice->kinds & 1u << url->kind)) {
			return kinds[i].open(out, url, facts, connect, make, err);
		}
	}
	return vv_fail(err, VV_EUSAGE, "'%s' %s", url->text, choice->otherwise);
}
