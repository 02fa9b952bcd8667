/*
 * remote_command: makes the command that ssh runs on the remote side, and explains its failures.
 */
#ifndef VV_TRANSPORT_LINE_REMOTE_COMMAND_H
#define VV_TRANSPORT_LINE_REMOTE_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Appends the command line for the remote shell, such as "varve serve --stdio '<path>'", with the
 * path of the URL. */
void vv_ssh_remote_command(vv_buf *out, const vv_url *url, const vv_connect_options *o);

/* Sets err if the remote shell's exit code shows that the shell did not find or could not run the
 * program. For ssh and libssh2. Returns false, and leaves err unchanged, for other exit codes. */
bool vv_ssh_explain_exit(int exit_code, const char *host, const char *program, vv_error *err);

#endif
