/*
 * owed: words the reason why copies are missing, and the remedy.
 */
#ifndef VV_CMD_VAULT_OWED_H
#define VV_CMD_VAULT_OWED_H

#include <stdbool.h>

#include "base/buf.h"
#include "cmd/vault/work/session.h"

/* Appends to b the reason why copies are missing (cmd/vault/work/owed.h), and the remedy. The text
 * follows words like "2 copies are missing: ", and has no full stop. copies: the number of copies
 * that the policy requires. tried: this command has already tried to send the missing copies. */
void vv_print_owed(vv_buf *b, const vv_vault_session *s, unsigned copies, bool tried);
/* Prints a warning for each holder that cannot be reached or that refused data, except for holders
 * that the settings mark as dead. */
void vv_print_failing(const vv_vault_session *s);

#endif
