/*
 * ssh: makes channels over ssh, with libssh2 or with the program ssh.
 */
#ifndef VV_TRANSPORT_LINE_SSH_H
#define VV_TRANSPORT_LINE_SSH_H

#include <stdbool.h>

#include "base/buf.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/line/ssh_config.h"
#include "transport/line/url.h"

/* Makes a channel over ssh to the host of the URL. Uses libssh2 or the program ssh, depending on
 * the settings (varve.ssh, core.sshCommand ...), on ssh's configuration, and on the user's keys. */
vv_status vv_channel_ssh(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			 vv_error *err);

/* Reads the user's ssh configuration for the URL into *out, for use with libssh2 (SFTP). The caller
 * clears *out, also after a failure. VV_ENOSUPPORT: the settings or the configuration require the
 * program ssh. */
vv_status vv_ssh_library_config(vv_ssh_config *out, const vv_url *url, const vv_connect_options *o,
				vv_error *err);

/* Makes a channel over ssh with libssh2 (ssh2.c) and the configuration c. After a failure, *other
 * is true if the program ssh may succeed; no command was then run on the remote side. */
vv_status vv_channel_ssh2(vv_channel **out, const vv_url *url, const vv_ssh_config *c,
			  const vv_connect_options *o, bool *other, vv_error *err);

#endif
