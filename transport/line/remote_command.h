/*
 * remote_command: the command that ssh runs on the far side.
 */
#ifndef VV_TRANSPORT_LINE_REMOTE_COMMAND_H
#define VV_TRANSPORT_LINE_REMOTE_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* "varve serve --stdio '<path>'": the command line for the shell on the other side. */
void vv_ssh_remote_command(vv_buf *out, const vv_url *url, const vv_connect_options *o);

/* Sets err, for both ways, if the far shell ended without output of varve. Returns false if the
 * exit code has no such meaning. */
bool vv_ssh_explain_exit(int exit_code, const char *host, const char *program, vv_error *err);

#endif
