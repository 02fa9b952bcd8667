/*
 * owed: why copies are missing, and what would help.
 */
#ifndef VV_CMD_VAULT_OWED_H
#define VV_CMD_VAULT_OWED_H

#include <stdbool.h>

#include "base/buf.h"
#include "cmd/vault/work/session.h"

/* Appends a sentence without its beginning and end, after "1 copy is owed: ". copies: the policy. tried: they
 * were just tried to be brought to these holders. */
void vv_print_owed(vv_buf *b, const vv_vault_session *s, unsigned copies, bool tried);
/* Warns of each holder that is not reached, or refused something. */
void vv_print_failing(const vv_vault_session *s);

#endif
