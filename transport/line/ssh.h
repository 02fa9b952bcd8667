/*
 * ssh: lines over ssh, by libssh2 or by the ssh program.
 */
#ifndef VV_TRANSPORT_LINE_SSH_H
#define VV_TRANSPORT_LINE_SSH_H

#include <stdbool.h>

#include "base/buf.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/line/ssh_config.h"
#include "transport/line/url.h"

/* Either way, by the settings and ~/.ssh. */
vv_status vv_channel_ssh(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			 vv_error *err);

/* The user's configuration of ssh for libssh2 only (SFTP). VV_ENOSUPPORT: it requires the ssh
 * program. *out is cleared by the caller. */
vv_status vv_ssh_library_config(vv_ssh_config *out, const vv_url *url, const vv_connect_options *o,
				vv_error *err);

/* By libssh2 (ssh2.c). *other: set if the ssh program may do better, nothing having been run
 * on the far side. */
vv_status vv_channel_ssh2(vv_channel **out, const vv_url *url, const vv_ssh_config *c,
			  const vv_connect_options *o, bool *other, vv_error *err);

#endif
