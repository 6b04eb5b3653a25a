/** A check that a node may leave out: that the sender of a transaction can pay it when it is sent. */
export type Waiver = 'poolBalance'

export type Waivers = ReadonlySet<Waiver>
