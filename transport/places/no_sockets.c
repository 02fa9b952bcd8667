/*
 * no_sockets: in place of tcp, txt, ssh2 and sftp_place where a socket is not a descriptor (Windows). The program ssh
 * makes channels there.
 */
#include "base/os.h"
#include "base/text.h"
#include "transport/line/ssh.h"
#include "transport/line/txt.h"
#include "transport/places/place_kinds.h"

#define NOT_YET "varve for Windows cannot do this yet"

vv_status vv_channel_ssh2(vv_channel **out, const vv_url *url, const vv_ssh_config *c VV_UNUSED,
			  const vv_connect_options *o VV_UNUSED, bool *other, vv_error *err)
{
	*out = NULL;
	*other = true;
	return vv_fail(err, VV_ENOSUPPORT,
		       "cannot connect to %s with libssh2: " NOT_YET
		       "\ninstall OpenSSH's client: 'varve' then runs the program ssh",
		       vv_text_shows(url->host));
}

vv_status vv_txt_lookup(vv_buf *out VV_UNUSED, const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOSUPPORT, "cannot look up the records of %s: " NOT_YET,
		       vv_text_shows(name));
}

vv_status vv_sftp_place_open(vv_place *out VV_UNUSED, const vv_url *url,
			     const vv_place_facts *facts VV_UNUSED,
			     const vv_connect_options *connect VV_UNUSED, bool make VV_UNUSED,
			     vv_error *err)
{
	return vv_fail(err, VV_ENOSUPPORT,
		       "cannot open a folder on %s over SFTP: " NOT_YET
		       "\nuse a store in a bucket or in a folder, or the repository's Git host",
		       vv_text_shows(url->host));
}
