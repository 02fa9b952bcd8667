/*
 * vault_supplier: blocks out of the vault, for the code that gathers them: each holder is one more source, beside
 * peers, and a last one makes shards of the others of their stripe. What they are asked goes to the vault's program, each
 * on a line of its own (supply.h).
 *
 * Called "vault:" where a peer can be named: the holders are met then, so that what others have written
 * lately is known. Where nobody named it the vault takes part as this repository's ledger knows it, if it can be
 * read without asking for a passphrase; nothing is started before blocks are wanted, and what is wrong
 * with it is no trouble of who wants them.
 */
#ifndef VV_LIB_SOURCES_VAULT_SUPPLIER_H
#define VV_LIB_SOURCES_VAULT_SUPPLIER_H

#define VV_VAULT_SOURCE "vault:"
#define VV_VAULT_UNASKED_IDLE 10u /* seconds: so long a holder that nobody named may be silent */

/* Makes it a kind of suppliers (lib/remotes/reach.h); once, when the program begins. To open one gives VV_ENOTFOUND
 * where the repository has no vault, VV_EPROGRAM where its program is not installed, VV_EMISSING where no holder was reached. */
void vv_vault_suppliers_register(void);

#endif
