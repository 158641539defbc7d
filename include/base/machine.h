/* Which machine this is and which of its lives, without telling others: the system's own ids are for no other program. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#define MACHINE_ID 17 /* with its end */

void machine_id(char out[MACHINE_ID]);   /* of /etc/machine-id, where there is none of the host's name */
void machine_boot(char out[MACHINE_ID]); /* another one after each boot; "" the kernel does not say */

#endif
