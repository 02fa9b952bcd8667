/*
 * owed: prints the reason for which copies are missing, and the remedy.
 */
#ifndef VV_CMD_VAULT_OWED_H
#define VV_CMD_VAULT_OWED_H

#include <stdbool.h>

#include "base/buf.h"
#include "cmd/vault/work/session.h"

/* Appends the reason and the remedy, as a text that follows "1 copy is owed: "
 * (cmd/vault/work/owed.h), without a full stop. copies: the number of copies that the policy
 * requires. tried: this command has already tried to send the missing copies. */
void vv_print_owed(vv_buf *b, const vv_vault_session *s, unsigned copies, bool tried);
/* Prints a warning for each holder that cannot be reached, or that refused data. */
void vv_print_failing(const vv_vault_session *s);

#endif
