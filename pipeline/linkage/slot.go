package linkage

// Role is the part a column plays in a party or a product.
type Role string

// The roles.
const (
	RoleName        Role = "name" // of a company, of a person in one column, or of a product
	RoleGiven       Role = "given_name"
	RoleSurname     Role = "surname"
	RoleCompany     Role = "company" // the company a person belongs to
	RoleStreet      Role = "street"
	RoleStreet2     Role = "street2"
	RoleNumber      Role = "house_number"
	RoleZip         Role = "zip"
	RoleCity        Role = "city"
	RoleState       Role = "state"
	RoleCountry     Role = "country"
	RoleEmail       Role = "email"
	RolePhone       Role = "phone" // up to two columns
	RoleFax         Role = "fax"
	RoleVAT         Role = "vat"
	RoleIBAN        Role = "iban"
	RoleNational    Role = "national_id" // social security, tax or register number
	RoleBirth       Role = "birth_date"
	RoleSKU         Role = "sku"
	RoleEAN         Role = "ean"
	RoleDescription Role = "description"
	RolePrice       Role = "price"

	roleNumbers Role = "numbers_in_name" // of a product; only in the output
)

// slot is the place of a value in a party's state.
type slot uint8

const (
	inName slot = iota
	inGiven
	inSurname
	inCompany
	inStreet
	inStreet2
	inNumber
	inZip
	inCity
	inState
	inCountry
	inEmail
	inPhone
	inPhone2
	inFax
	inVAT
	inIBAN
	inNational
	inBirth
	inSKU
	inEAN
	inDescription
	inPrice
	slots
)

// slotRoles says what a slot holds. A second one for a role takes a second column.
var slotRoles = [slots]Role{RoleName, RoleGiven, RoleSurname, RoleCompany, RoleStreet, RoleStreet2, RoleNumber, RoleZip, RoleCity, RoleState, RoleCountry,
	RoleEmail, RolePhone, RolePhone, RoleFax, RoleVAT, RoleIBAN, RoleNational, RoleBirth, RoleSKU, RoleEAN, RoleDescription, RolePrice}

// personalRoles are masked whatever the column's profile says: roles are known in more languages.
var personalRoles = map[Role]bool{RoleGiven: true, RoleSurname: true, RoleStreet: true, RoleStreet2: true, RoleNumber: true, RoleEmail: true, RolePhone: true, RoleFax: true, RoleIBAN: true, RoleNational: true, RoleBirth: true}
