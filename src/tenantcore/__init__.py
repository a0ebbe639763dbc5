"""What happens when a reseller platform takes on a customer and bills it, as values and pure functions.

Every answer is computed from the arguments: there is no clock, file, network, locale or environment inside (X-1). All
values are typed, immutable, hashable and picklable (X-4).

There is nothing to import here; each name has one home:

- `tenantcore.errors`: what is wrong, where, by which rule, and the remedy
- `tenantcore.money`: exact amounts of one currency
- `tenantcore.numbering`: dialled digits to E.164, and the class of a number, in North America and elsewhere
- `tenantcore.permissions`: what a tenant's users may see, its apps and number features, and who may change that
- `tenantcore.status`: active, limited, suspended, blocked or closed, and which of several counts
- `tenantcore.trunks`: simultaneous calls against trunks and hard limits, and the reseller's pool
- `tenantcore.rating`: what a call costs, how long funds last, the rate of a number, included minutes
- `tenantcore.billing_periods`: the periods of a billing cycle, in the tenant's time zone
- `tenantcore.schedule_changes`: another kind, anchor or time zone without losing or doubling a day
- `tenantcore.due_dates`: when an invoice is due, with notices, re-sends, suspension and working days
- `tenantcore.realm`: the host name a tenant registers to
- `tenantcore.currencies`: which ISO 4217 codes are money today
- `tenantcore.time_zones`: the names of places whose clocks a customer lives by
- `tenantcore.regions`: countries, and which currencies and time zones go with them
- `tenantcore.contacts`: e-mail addresses, person names, telephone numbers, postal addresses
- `tenantcore.pricing`: the pricing model and what fits it
- `tenantcore.balance`: prepaid and postpaid accounts that no race, retry or crash overspends
- `tenantcore.call_policy`: whether a call may start, by what, for how long, and why
- `tenantcore.organization`: who the tenant is
- `tenantcore.tenant`: the whole tenant
- `tenantcore.validation`: an untyped form in; a value, or every problem, out
- `tenantcore.effects`: what the host carries out, as data, each with what undoes it
- `tenantcore.onboarding`: a platform and a form in; a tenant and the effects to carry out, or every problem, out
- `tenantcore.documents`: values as plain JSON documents and back, with a version
- `tenantcore.testing`: Hypothesis strategies for every value (needs the `testing` extra)
"""
